/** Reads the attribute queries of batch segment jobs: conditions on item columns, joined by AND. */

/** One condition: items whose `column` holds `value`; a number keeps the spelling that it has in the query. */
export interface AttributeCondition {
  readonly column: string;
  readonly value: string;
}

/** The conditions in the query's order, or what is wrong and where; `column` counts UTF-16 units from 1. */
export type AttributeQuery =
  | { readonly ok: true; readonly conditions: readonly AttributeCondition[] }
  | { readonly ok: false; readonly message: string; readonly column: number };

interface Refusal {
  readonly message: string;
  /** Index into the text. */
  readonly at: number;
}

interface Step<Value> {
  readonly value: Value;
  readonly next: number;
}

type Outcome<Value> = Step<Value> | Refusal;

const SEVERAL = 'write one query for each alternative and combine the audiences';
const ONLY_EQUALS = `Personalize compares attributes with "=" only; ${SEVERAL}`;

/** What other query languages have and this one lacks, each with the way out. */
const REFUSED: readonly { readonly pattern: RegExp; readonly reason: string }[] = [
  { pattern: /^(OR\b|\|\|?)/i, reason: `Personalize joins conditions with AND only; ${SEVERAL}` },
  { pattern: /^(NOT\s+IN|IN)\b/i, reason: ONLY_EQUALS },
  { pattern: /^(NOT|LIKE|BETWEEN|IS)\b/i, reason: ONLY_EQUALS },
  { pattern: /^(<=|>=|<>|!=|==|<|>|!|~)/, reason: ONLY_EQUALS },
  { pattern: /^[()]/, reason: `Personalize knows no parentheses in attribute queries; ${SEVERAL}` },
  { pattern: /^(&&?|(and|And)\b)/, reason: 'write AND, in capitals, between two conditions' },
  { pattern: /^[\r\n]/, reason: 'the whole query must be on one line' },
];

/**
 * Parses `ITEMS.GENRES = "Drama" AND ITEMS.LENGTH = "long"`.
 * Pure; never throws. `ITEMS` may be written in any case, columns and values are case-sensitive; `\` escapes a quote
 * or itself. Several conditions on one column mean items that have all the values. Space around the query is ignored.
 * Grammar: PERSONALIZE developer guide, "Batch segment jobs", which knows AND and `=` and nothing else.
 */
export function parseAttributeQuery(text: string): AttributeQuery {
  const query = text.trimEnd();
  const conditions: AttributeCondition[] = [];
  let at = skipSpace(query, query.length - query.trimStart().length);
  for (;;) {
    const condition = readCondition(query, at);
    if ('message' in condition) return refuse(condition);
    conditions.push(condition.value);
    at = skipSpace(query, condition.next);
    if (at >= query.length) return { ok: true, conditions };
    const joint = readAnd(query, at);
    if ('message' in joint) return refuse(joint);
    at = skipSpace(query, joint.next);
  }
}

function refuse(refusal: Refusal): AttributeQuery {
  return { ok: false, message: refusal.message, column: refusal.at + 1 };
}

function skipSpace(text: string, from: number): number {
  let at = from;
  while (text[at] === ' ' || text[at] === '\t') at++;
  return at;
}

function readCondition(text: string, from: number): Outcome<AttributeCondition> {
  const column = readColumn(text, from);
  if ('message' in column) return column;
  const at = skipSpace(text, column.next);
  if (text[at] !== '=' || text[at + 1] === '=') {
    return unexpected(text, at, `"=" after ITEMS.${column.value}`);
  }
  const value = readValue(text, skipSpace(text, at + 1));
  if ('message' in value) return value;
  return { value: { column: column.value, value: value.value }, next: value.next };
}

function readColumn(text: string, from: number): Outcome<string> {
  const rest = text.slice(from);
  const dataset = /^([A-Za-z_]\w*)\s*\./.exec(rest)?.[1];
  if (dataset !== undefined && dataset.toUpperCase() !== 'ITEMS') {
    return { message: `"${dataset}" is not ITEMS; a segment query asks for columns of the items only`, at: from };
  }
  const match = /^ITEMS\.([A-Za-z_][A-Za-z\d_]{0,149})(?![\w])/i.exec(rest);
  if (match?.[1] === undefined) return unexpected(text, from, 'a condition such as ITEMS.GENRES = "Drama"');
  return { value: match[1], next: from + match[0].length };
}

function readValue(text: string, from: number): Outcome<string> {
  if (text[from] === '"') return readText(text, from);
  const number = /^-?\d+(\.\d+)?([eE][+-]?\d+)?(?![\w.])/.exec(text.slice(from))?.[0];
  if (number !== undefined) return { value: number, next: from + number.length };
  const bare = /^'([^']*)'|^([\p{L}\d_][\p{L}\p{N}_.|-]*)/u.exec(text.slice(from));
  const word = bare?.[1] ?? bare?.[2];
  if (word !== undefined) return { message: `write the value in double quotes: "${word}"`, at: from };
  return unexpected(text, from, 'a value in double quotes, or a number');
}

function readText(text: string, from: number): Outcome<string> {
  let value = '';
  for (let at = from + 1; at < text.length; at++) {
    const character = text.charAt(at);
    if (character === '"') return { value, next: at + 1 };
    if (character === '\n' || character === '\r') return unexpected(text, at, 'the rest of the value');
    if (character === '\\') at++;
    value += text.charAt(at);
  }
  return { message: 'the double quote that opens this value is never closed', at: from };
}

function readAnd(text: string, at: number): Outcome<'AND'> {
  if (/^AND(?!\w)/.test(text.slice(at))) return { value: 'AND', next: at + 3 };
  return unexpected(text, at, 'AND or the end of the query');
}

function unexpected(text: string, at: number, expected: string): Refusal {
  const rest = text.slice(at);
  for (const { pattern, reason } of REFUSED) {
    const found = pattern.exec(rest)?.[0];
    if (found !== undefined) return { message: `${quoteFound(found)} is not supported here: ${reason}`, at };
  }
  if (rest === '') return { message: `the query ends where ${expected} was expected`, at };
  const word = /^\S{1,30}/u.exec(rest)?.[0] ?? rest.charAt(0);
  return { message: `${quoteFound(word)} stands where ${expected} was expected`, at };
}

function quoteFound(found: string): string {
  return found.trim() === '' ? 'a line break' : `"${found}"`;
}
