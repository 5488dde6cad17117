/** Writes values into messages: quoted, short, and without secrets or full e-mail addresses. */
import { stringify } from 'yaml';

const LONGEST = 60;

/**
 * Quotes a value for a message; texts are masked and cut to 60 characters.
 * A password in a URL becomes `***`, the local part of an e-mail address its first letter and `***`.
 */
export function quoteValue(value: unknown): string {
  if (typeof value === 'string') return `"${cut(maskText(value))}"`;
  if (value === null || typeof value === 'number' || typeof value === 'boolean') return String(value);
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : 'a list';
  return typeof value === 'object' ? 'a map' : typeof value;
}

/** A slot behind the sign is no domain: `fans/tea@2026-11-01` is an audience. */
const ADDRESS = /([^\s<>"@*/:])[^\s<>"@/]*@(?!\d{4}-\d\d-\d\d(?:T\d{4})?(?![\w.-]))([^\s<>"@]+)/g;

/** Hides what must not be printed: credentials in URLs, and local parts of e-mail addresses. */
export function maskText(text: string): string {
  return text.replace(/(\b[a-z][a-z+.-]*:\/\/)\S*@/gi, '$1***@').replace(ADDRESS, '$1***@$2');
}

/** Writes `key: value` on one line as a YAML file would hold it, in quotes, to be pasted. */
export function quoteLine(key: string, value: unknown): string {
  const line = `${writeInline(key)}: ${writeInline(value)}`;
  return line.includes('"') ? `'${line}'` : `"${line}"`;
}

/** Writes a value on one line as YAML does. */
export function writeInline(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(writeInline).join(', ')}]`;
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value).map(([key, member]) => `${key}: ${writeInline(member)}`);
    return members.length === 0 ? '{}' : `{ ${members.join(', ')} }`;
  }
  return stringify(value, { lineWidth: 0 }).trimEnd();
}

function cut(text: string): string {
  const line = text.replace(/\s+/g, ' ');
  return line.length <= LONGEST ? line : `${line.slice(0, LONGEST - 1)}…`;
}
