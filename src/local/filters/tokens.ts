/** Cuts a filter expression into its symbols. */

/** One symbol; `text` is what a quoted text means, or what is written; `at` is its index in the expression. */
export interface Token {
  readonly kind: 'word' | 'number' | 'text' | 'placeholder' | 'mark' | 'end';
  readonly text: string;
  readonly at: number;
}

/** What can't be read, without its final full stop, and the index where it stands. */
export interface Refusal {
  readonly message: string;
  readonly at: number;
  /** Whether the message is AWS's own, which doesn't name the place. */
  readonly isWhole?: boolean;
}

const NUMBER = /-?(?:\d+(?:\.\d*)?|\.\d+)(?:[eE][+-]?\d+)?(?![\w.])/y;
const WORD = /[A-Za-z_]\w*/y;
const PLACEHOLDER = /\$\w+/y;
const MARK = /<=|>=|!=|[=<>().,|*]/y;
const SPACE = /\s+/y;

/**
 * Reads the symbols in their order; the last one is the end.
 * A text stands in double quotes, in which `\` escapes a quote or itself. Never throws.
 */
export function readTokens(expression: string): readonly Token[] | Refusal {
  const tokens: Token[] = [];
  for (let at = 0; at < expression.length; ) {
    const space = match(SPACE, expression, at);
    if (space !== undefined) {
      at += space.length;
      continue;
    }
    const token = readToken(expression, at);
    if ('message' in token) return token;
    tokens.push(token.token);
    at = token.next;
  }
  return [...tokens, { kind: 'end', text: '', at: expression.length }];
}

type Step = { readonly token: Token; readonly next: number } | Refusal;

function readToken(expression: string, at: number): Step {
  if (expression[at] === '"') return readText(expression, at);
  const kinds = [
    ['word', WORD],
    ['number', NUMBER],
    ['placeholder', PLACEHOLDER],
    ['mark', MARK],
  ] as const;
  for (const [kind, pattern] of kinds) {
    const found = match(pattern, expression, at);
    if (found !== undefined) return { token: { kind, text: found, at }, next: at + found.length };
  }
  const found = /^['“”‘’]/.test(expression.slice(at))
    ? 'Values must be in double quotes'
    : `Invalid input symbol: ${String.fromCodePoint(expression.codePointAt(at) ?? 0)}`;
  return { message: found, at };
}

function readText(expression: string, from: number): Step {
  let text = '';
  for (let at = from + 1; at < expression.length; at++) {
    const character = expression.charAt(at);
    if (character === '"') return { token: { kind: 'text', text, at: from }, next: at + 1 };
    if (character === '\\') at++;
    text += expression.charAt(at);
  }
  return { message: 'The double quote is never closed', at: from };
}

function match(pattern: RegExp, text: string, at: number): string | undefined {
  pattern.lastIndex = at;
  return pattern.exec(text)?.[0];
}
