/**
 * Reads expressions over sets of users, such as `drama & !buyers(30d) | vip`.
 * `!` binds strongest, then `&`, then `|`; parentheses change that.
 */
import { type Expression, listLeaves } from './expression';
import { type Resolve, readCall, readWord } from './read-leaf';
import { type Cursor, isRefusal, peek, type Refusal, readTokens, type Token, take } from './tokens';

/** What is wrong with the text of an expression; `column` counts UTF-16 units from 1. */
export interface ExpressionProblem {
  readonly message: string;
  readonly column: number;
  readonly fix?: string;
}

/** The expression, or what is wrong with the text: each name that stands for nothing, and the first fault of another kind. */
export type ParsedExpression =
  | { readonly ok: true; readonly expression: Expression }
  | { readonly ok: false; readonly problems: readonly ExpressionProblem[] };

/** Each set is a bit of a 32-bit word when an expression is evaluated. */
export const MAX_LEAVES = 30;
const MAX_CHARACTERS = 2000;
const MAX_NESTED = 100;

/** Reads an expression. Pure; never throws. */
export function parseExpression(text: string, resolve: Resolve): ParsedExpression {
  const passed = new Set<string>();
  const problems: ExpressionProblem[] = [];
  let isMended = false;
  for (;;) {
    const read = readText(text, (name) => (passed.has(name) ? ANY_SET : resolve(name)));
    if (!isRefusal(read)) return problems.length === 0 ? { ok: true, expression: read } : { ok: false, problems };
    // The first fix mends all that is near something.
    if (read.instead === undefined || !isMended) problems.push(explain(text, read, resolve));
    isMended ||= read.instead !== undefined;
    if (read.name === undefined || problems.length === MOST_TOLD) return { ok: false, problems };
    passed.add(read.name);
  }
}

const MOST_TOLD = 10;

/** Stands where a name stands for nothing. */
const ANY_SET: Expression = { op: 'leaf', leaf: { kind: 'everyone' } };

function explain(text: string, refusal: Refusal, resolve: Resolve): ExpressionProblem {
  const { message, at } = refusal;
  const mended = mend(text, refusal, resolve);
  const fix = mended === undefined ? refusal.fix : `write "${mended}"`;
  return { message, column: at + 1, ...(fix === undefined ? {} : { fix }) };
}

const MOST_MENDED = 10;

/** Puts what was meant in the place of what means nothing, up to a fault of another kind; undefined where that comes first. */
function mend(text: string, refusal: Refusal, resolve: Resolve): string | undefined {
  let mended = text;
  let read: Expression | Refusal = refusal;
  for (let count = 0; isRefusal(read) && count < MOST_MENDED; count++) {
    if (read.instead === undefined) break;
    const { written, meant } = read.instead;
    const after = mended.slice(read.at + written.length);
    mended = `${mended.slice(0, read.at)}${meant}${meant.endsWith('!') ? after.trimStart() : after}`;
    read = readText(mended, resolve);
  }
  return mended === text ? undefined : mended.trim();
}

function readText(text: string, resolve: Resolve): Expression | Refusal {
  if (text.length > MAX_CHARACTERS) {
    return { message: `it has ${text.length} characters; expected at most ${MAX_CHARACTERS}`, at: 0 };
  }
  const tokens = readTokens(text);
  if (isRefusal(tokens)) return tokens;
  const nested = findNested(tokens);
  if (nested !== undefined) return nested;
  const cursor = { tokens, next: 0 };
  const expression = readEither(cursor, resolve);
  if (isRefusal(expression)) return expression;
  const rest = peek(cursor);
  if (rest.kind !== 'end') return explainJoint(rest.text, rest.at);
  return findFault(text, expression) ?? expression;
}

/** Parentheses and signs `!` are read one within the other. */
function findNested(tokens: readonly Token[]): Refusal | undefined {
  let open = 0;
  let signs = 0;
  for (const { kind, at } of tokens) {
    if (kind === '(') open += 1;
    if (kind === ')') open -= 1;
    signs = kind === '!' ? signs + 1 : 0;
    if (open <= MAX_NESTED && signs <= MAX_NESTED) continue;
    const what = signs > MAX_NESTED ? 'signs "!" before one set' : 'parentheses within one another';
    return { message: `more than ${MAX_NESTED} ${what}`, at, fix: 'give a part a name of its own below "combine:"' };
  }
  return undefined;
}

function readEither(cursor: Cursor, resolve: Resolve): Expression | Refusal {
  return readJoined(cursor, { sign: '|', op: 'or' }, () =>
    readJoined(cursor, { sign: '&', op: 'and' }, () => readOne(cursor, resolve)),
  );
}

function readJoined(
  cursor: Cursor,
  { sign, op }: { readonly sign: '&' | '|'; readonly op: 'and' | 'or' },
  readPart: () => Expression | Refusal,
): Expression | Refusal {
  const first = readPart();
  if (isRefusal(first)) return first;
  const parts = [first];
  while (peek(cursor).kind === sign) {
    take(cursor);
    const part = readPart();
    if (isRefusal(part)) return part;
    parts.push(part);
  }
  return parts.length === 1 ? first : { op, of: parts };
}

function readOne(cursor: Cursor, resolve: Resolve): Expression | Refusal {
  const token = take(cursor);
  if (token.kind === '!') {
    const of = readOne(cursor, resolve);
    return isRefusal(of) ? of : { op: 'not', of };
  }
  if (token.kind === '(') {
    const inner = readEither(cursor, resolve);
    if (isRefusal(inner)) return inner;
    const close = peek(cursor);
    if (close.kind === 'word') return explainJoint(close.text, close.at);
    if (close.kind !== ')') return { message: 'this parenthesis is never closed', at: token.at, fix: 'add ")"' };
    take(cursor);
    return inner;
  }
  if (token.kind !== 'word') {
    const found = token.kind === 'end' ? 'the expression ends' : `"${token.text}" stands`;
    return { message: `${found} where the name of a set was expected`, at: token.at };
  }
  return peek(cursor).kind === '(' ? readCall(cursor, token) : readWord(token, resolve);
}

const JOINTS: ReadonlyMap<string, string> = new Map([
  ['and', '&'],
  ['or', '|'],
  ['not', '& !'],
  ['except', '& !'],
  ['minus', '& !'],
]);

/** Two names without a sign between them, or a parenthesis too many. */
function explainJoint(text: string, at: number): Refusal {
  if (text === ')') return { message: '")" closes no parenthesis', at, fix: 'remove it' };
  const message = `"${text}" stands where "&" or "|" was expected`;
  const meant = JOINTS.get(text.toLowerCase());
  if (meant !== undefined) return { message, at, fix: `write "${meant}"`, instead: { written: text, meant } };
  return { message, at, fix: 'write "&" for those who are in both, "|" for those who are in either' };
}

/** Refuses what can't be evaluated: too many sets, and people who are in none of the sets. */
function findFault(text: string, expression: Expression): Refusal | undefined {
  const leaves = listLeaves(expression).length;
  if (leaves > MAX_LEAVES) return { message: `it names ${leaves} sets; expected at most ${MAX_LEAVES}`, at: 0 };
  if (!holdsForStrangers(expression)) return undefined;
  const whole = text.trim();
  return {
    message: 'it also holds for people who are in none of its sets, and they stand in no list',
    at: 0,
    fix: `write "everyone & ${expression.op === 'or' ? `(${whole})` : whole}"`,
  };
}

/** Shared parts are looked at once. */
function holdsForStrangers(expression: Expression, known = new Map<Expression, boolean>()): boolean {
  const before = known.get(expression);
  if (before !== undefined) return before;
  const holds = judgeStrangers(expression, (part) => holdsForStrangers(part, known));
  known.set(expression, holds);
  return holds;
}

function judgeStrangers(expression: Expression, holds: (part: Expression) => boolean): boolean {
  switch (expression.op) {
    case 'leaf':
      return false;
    case 'not':
      return !holds(expression.of);
    case 'and':
      return expression.of.every(holds);
    case 'or':
      return expression.of.some(holds);
  }
}
