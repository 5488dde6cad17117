/** Says in a message what stands in a field, without the secrets that may stand there. */
import type { FieldSchema } from './field-schema';
import { quoteValue } from './quote';
import { maskScalar, secretKindOf } from './secret';

/** Describes the value that was found at a node: `is "x"`, `is empty`, `is missing`. */
export function describeInput(input: unknown, node: FieldSchema): string {
  if (input === undefined) return 'is missing';
  if (input === null) return 'is empty';
  if (typeof input === 'object') return `is ${quoteValue(input)}`;
  const kind = secretKindOf(node) ?? (isStrayUrl(input, node) ? 'whole' : undefined);
  return `is ${quoteValue(kind === undefined ? input : maskScalar(input, kind))}`;
}

/** A URL where none is expected may be that of an incoming webhook, which is a secret. */
function isStrayUrl(input: unknown, node: FieldSchema): boolean {
  const expected: unknown = node.expected;
  return typeof input === 'string' && /^https?:\/\//.test(input) && !String(expected).includes('URL');
}
