/** Checks values of params against what the job file declares, reads them from text, and writes them into text. */
import { quoteValue } from '../config/quote';
import type { ParamRule, ParamType, ParamValue } from './params';

const LONGEST = 1000;
const NUMBER = /^-?(?:\d+(?:\.\d+)?|\.\d+)(?:[eE][+-]?\d+)?$/;
const DATE = /^\d{4}-\d{2}-\d{2}$/;
/** One line without control characters: a value may stand in a subject or a query. */
const ONE_LINE = /^[^\p{Cc}\u2028\u2029]*$/u;

/** Says what was expected of a value that does not fit; undefined where it fits. */
export function explainMisfit(rule: ParamRule, value: ParamValue): string | undefined {
  return fits(rule, value) ? undefined : describeExpected(rule);
}

/** Tells whether a value is of a type at all, whatever else the rule says. */
export function isOfType(type: ParamType, value: unknown): value is ParamValue {
  switch (type) {
    case 'string':
      return isText(value);
    case 'number':
      return typeof value === 'number' && Number.isFinite(value);
    case 'integer':
      return Number.isSafeInteger(value);
    case 'boolean':
      return typeof value === 'boolean';
    case 'date':
      return typeof value === 'string' && isDate(value);
    case 'list':
      return Array.isArray(value) && value.length > 0 && value.every((one) => isText(one) && isEntry(one));
  }
}

function isText(value: unknown): value is string {
  return typeof value === 'string' && value.length <= LONGEST && ONE_LINE.test(value);
}

/** An entry must come back as it is from a text with commas between entries. */
function isEntry(text: string): boolean {
  return text !== '' && text === text.trim() && !text.includes(',');
}

function isDate(text: string): boolean {
  const at = DATE.test(text) ? Date.parse(`${text}T00:00:00Z`) : Number.NaN;
  return !Number.isNaN(at) && new Date(at).toISOString().startsWith(text);
}

function fits(rule: ParamRule, value: ParamValue): boolean {
  if (!isOfType(rule.type, value)) return false;
  const parts = typeof value === 'object' ? value : [value];
  return parts.every((part) => fitsPart(rule, part));
}

function fitsPart({ oneOf, min, max, pattern }: ParamRule, part: string | number | boolean): boolean {
  if (oneOf !== undefined && !oneOf.some((one) => one === part)) return false;
  // Dates of four-digit years are in order as texts.
  if (min !== undefined && part < min) return false;
  if (max !== undefined && part > max) return false;
  return pattern === undefined || new RegExp(`^(?:${pattern})$`, 'u').test(String(part));
}

/** Says in words what a value must be. */
export function describeExpected({ type, oneOf, min, max, pattern }: ParamRule): string {
  if (oneOf !== undefined) return type === 'list' ? `one or more of ${oneOf.join(', ')}` : oneOf.join(' or ');
  const form = pattern === undefined ? '' : ` of the form ${pattern}`;
  const bounds = describeBounds(min, max);
  switch (type) {
    case 'string':
      return form === '' ? `a text on one line, at most ${LONGEST} characters` : `a text${form}`;
    case 'number':
      return `a number${bounds}`;
    case 'integer':
      return `a whole number${bounds}`;
    case 'boolean':
      return 'true or false';
    case 'date':
      return bounds === '' ? 'a date such as 2026-03-01' : `a date${bounds}`;
    case 'list':
      return `a list such as a,b${form === '' ? '' : `, each${form}`}`;
  }
}

function describeBounds(min: ParamRule['min'], max: ParamRule['max']): string {
  if (min !== undefined && max !== undefined) return `, ${min} to ${max}`;
  if (min !== undefined) return `, ${min} or ${typeof min === 'number' ? 'more' : 'later'}`;
  return max === undefined ? '' : `, ${max} or ${typeof max === 'number' ? 'less' : 'earlier'}`;
}

/** Reads a value as a person writes it; one that can't be of the type stays a text. A list has commas between entries. */
export function readParam({ type }: Pick<ParamRule, 'type'>, text: string): ParamValue {
  switch (type) {
    case 'string':
    case 'date':
      return text;
    case 'number':
    case 'integer':
      return NUMBER.test(text) ? Number(text) : text;
    case 'boolean':
      return text === 'true' || text === 'false' ? text === 'true' : text;
    case 'list':
      return text.split(',').map((entry) => entry.trim());
  }
}

/** Writes a value as `readParam` reads it. */
export function writeParam(value: ParamValue): string {
  return typeof value === 'object' ? value.join(',') : String(value);
}

/** Writes a value into a text for people; a list with commas and blanks. */
export function printParam(value: ParamValue): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** Writes a value into a message, quoted. */
export function quoteParam(value: ParamValue): string {
  return quoteValue(typeof value === 'object' ? value.join(',') : value);
}

/** Makes a value for checking a job that nobody has given one for. */
export function sampleParam(rule: ParamRule): ParamValue {
  const { name, type, oneOf, min, max } = rule;
  const known = rule.default ?? rule.example;
  if (known !== undefined) return known;
  const first = oneOf?.[0] ?? min ?? max;
  switch (type) {
    case 'string':
      return first ?? name;
    case 'number':
    case 'integer':
      return first ?? 1;
    case 'boolean':
      return true;
    case 'date':
      return first ?? '2026-01-01';
    case 'list':
      return [String(first ?? name)];
  }
}

/** Tells whether two values are the same. */
export function isSameParam(a: ParamValue | undefined, b: ParamValue | undefined): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
