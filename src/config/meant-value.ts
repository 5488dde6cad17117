/** Guesses the value that was meant by one of another type, so that a fix keeps it: `true` for `yes`, `45%` for 0.45. */
import type { z } from 'zod';
import type { FieldSchema } from './field-schema';

type Issue = z.core.$ZodIssue;

const TRUTHS: ReadonlyMap<string, boolean> = new Map([
  ['yes', true],
  ['on', true],
  ['true', true],
  ['no', false],
  ['off', false],
  ['false', false],
]);

/** Names and numbers; what may be a secret or an address is not repeated. */
const PLAIN = /^[A-Za-z0-9][A-Za-z0-9_-]{0,39}$/;

/** Returns a value of the field's type; undefined where nothing is near. */
export function guessValue({ input }: Issue, node: FieldSchema): boolean | string | undefined {
  if (typeof input === 'string' && takesTruth(node)) return TRUTHS.get(input.toLowerCase());
  if (typeof input === 'number' && String(node.expected).includes('a share such as')) return writeShare(input);
  if (Array.isArray(input) && input.length === 1 && node.type === 'string') return plainText(input[0]);
  return undefined;
}

/** Says how a text is written that YAML takes for a number, or a list of one; undefined where it is something else. */
export function explainWriting({ input }: Issue, node: FieldSchema, key: string): string | undefined {
  if (typeof input === 'number' && String(node.expected).endsWith('in quotes')) {
    return Number.isSafeInteger(input) ? `put quotes around it, as in "${input}"` : 'put quotes around it';
  }
  if (typeof input !== 'string' || node.type !== 'array') return undefined;
  return `put the value in brackets: "${key}: [${plainText(input) ?? '…'}]"`;
}

function takesTruth({ type, anyOf = [] }: FieldSchema): boolean {
  return type === 'boolean' || anyOf.some((one) => typeof one === 'object' && one.type === 'boolean');
}

/** 1 may be all or a hundredth, and 1.5 is rather a factor. */
function writeShare(number: number): string | undefined {
  if (number > 0 && number < 1) return `${Number((number * 100).toFixed(6))}%`;
  return Number.isInteger(number) && number > 1 && number <= 100 ? `${number}%` : undefined;
}

function plainText(value: unknown): string | undefined {
  return typeof value === 'string' && PLAIN.test(value) ? value : undefined;
}
