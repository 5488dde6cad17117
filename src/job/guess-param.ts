/** Guesses the type of a param that a job file does not declare, or not rightly: by where it stands, or by a value of it. */
import type { z } from 'zod';
import type { Path } from '../config/yaml-source';
import { isOfType } from './param-values';
import type { ParamType, ParamValue } from './params';

type Fields = Readonly<Record<string, unknown>>;

/** A value of a type, to check a job with. */
export interface GuessedParam {
  readonly type: ParamType;
  readonly value: ParamValue;
}

/** In the order in which they are tried: where a text will do, a param is likeliest one. */
const SAMPLES: readonly GuessedParam[] = [
  { type: 'string', value: 'text' },
  { type: 'integer', value: 1 },
  { type: 'number', value: 0.5 },
  { type: 'boolean', value: true },
  { type: 'date', value: '2026-03-01' },
  { type: 'list', value: ['text'] },
];

/**
 * Finds the first type of which a value would be right at a path of a job file.
 * @returns undefined where none would, as for a rate such as 50/s
 */
export function guessByPlace(schema: z.ZodType, job: Fields, path: Path): GuessedParam | undefined {
  return SAMPLES.find(({ value }) => {
    const { error } = schema.safeParse(putAt(job, path, value));
    return error === undefined || !error.issues.some((issue) => isRelated(issue.path, path));
  });
}

/** One of the two is at the other, or below it. */
function isRelated(a: Path, b: Path): boolean {
  const length = Math.min(a.length, b.length);
  return a.slice(0, length).every((step, index) => step === b[index]);
}

function putAt(value: unknown, [step, ...rest]: Path, inside: ParamValue): unknown {
  if (step === undefined) return inside;
  if (Array.isArray(value)) return value.map((one, index) => (index === step ? putAt(one, rest, inside) : one));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, one]) => [key, key === step ? putAt(one, rest, inside) : one]),
  );
}

/** The narrowest first. */
const NARROW: readonly ParamType[] = ['boolean', 'integer', 'number', 'date', 'list', 'string'];

/** Tells the type of a value that a job file gives a param; undefined where a param can't have it. */
export function guessByValue(value: unknown): ParamType | undefined {
  return NARROW.find((type) => isOfType(type, value));
}

/** Tells the type of a param that is declared without one, by its values and limits. */
export function guessByRule(rule: unknown): ParamType | undefined {
  if (typeof rule !== 'object' || rule === null) return undefined;
  const fields: Fields = { ...rule };
  const choices: readonly unknown[] = Array.isArray(fields.oneOf) ? fields.oneOf : [];
  const known = [fields.default, fields.example, ...choices, fields.min, fields.max].filter((one) => one !== undefined);
  const types = new Set(known.map(guessByValue));
  if (types.has('list')) return 'list';
  if (types.size === 2 && types.has('integer') && types.has('number')) return 'number';
  if (types.size > 1) return 'string';
  const [only] = types;
  return fields.pattern === undefined ? only : 'string';
}
