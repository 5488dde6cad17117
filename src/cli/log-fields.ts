/** Makes the fields of a log line fit to be written: hidden what must be, bounded, and in the shape of JSON. */
import type { Hide } from './hide-addresses';

export type Fields = Readonly<Record<string, unknown>>;

export interface Cleaning {
  readonly hide: Hide;
  /** At debug level ids of users and stacks of errors stay. */
  readonly isDebug: boolean;
}

/** Names of fields whose values are secrets, whatever they hold. */
const SECRET =
  /password|passwd|secret|token|authorization|cookie|credential|api_?key|accessKeyId|privateKey|^pass$|^auth$/i;
const USER = /^(user|users?_?ids?|contact_?ids?|recipient)$/i;
const LONGEST_TEXT = 4000;
const LONGEST_LIST = 100;
const DEEPEST = 4;

/** Cleans the fields of a line; undefined ones are left out. */
export function cleanFields(fields: Fields, cleaning: Cleaning): Fields {
  return cleanMap(fields, cleaning, 0);
}

function cleanValue(value: unknown, cleaning: Cleaning, depth: number): unknown {
  if (typeof value === 'string') return cleaning.hide(cut(value));
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return value;
  if (typeof value !== 'object') return cleaning.hide(cut(String(value)));
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : value.toISOString();
  if (depth >= DEEPEST) return '…';
  if (Array.isArray(value)) return value.slice(0, LONGEST_LIST).map((one) => cleanValue(one, cleaning, depth + 1));
  return cleanMap(isError(value) ? describeError(value, cleaning) : { ...value }, cleaning, depth + 1);
}

function cleanMap(map: Fields, cleaning: Cleaning, depth: number): Fields {
  const cleaned: Record<string, unknown> = {};
  for (const [name, value] of Object.entries(map)) {
    if (value === undefined || (!cleaning.isDebug && USER.test(name))) continue;
    cleaned[cleaning.hide(name)] = SECRET.test(name) ? '***' : cleanValue(value, cleaning, depth);
  }
  return cleaned;
}

/** Not by instanceof: errors of Node's own modules have another identity in some realms. */
function isError(value: object): value is Error {
  return 'message' in value && 'stack' in value;
}

/** The own members of an error (of SMTP, SQL, AWS) repeat what its message says, and more: rows, commands, addresses. */
function describeError(error: Error, { isDebug }: Cleaning): Fields {
  const { name, message, stack } = error;
  const code = 'code' in error ? error.code : undefined;
  return { name, code, message, ...(isDebug ? { stack } : {}) };
}

function cut(text: string): string {
  return text.length <= LONGEST_TEXT ? text : `${text.slice(0, LONGEST_TEXT - 1)}…`;
}
