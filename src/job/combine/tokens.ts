/** Cuts the text of an expression into signs and names, each with its place. */

export interface Token {
  readonly kind: '!' | '&' | '|' | '(' | ')' | ',' | 'word' | 'end';
  readonly text: string;
  /** Index into the text. */
  readonly at: number;
}

/** Where the reading of a list of tokens stands; the last one is never passed. */
export interface Cursor {
  readonly tokens: readonly Token[];
  next: number;
}

/** What is wrong with an expression. */
export interface Refusal {
  readonly message: string;
  /** Index into the text. */
  readonly at: number;
  /** An imperative; left out where the message says enough. */
  readonly fix?: string;
  /** The name at the place that stands for nothing; what else is wrong can be told all the same. */
  readonly name?: string;
  /** What was likely meant by a word or sign at the place. */
  readonly instead?: { readonly written: string; readonly meant: string };
}

/** Letters and digits of names, the slash of another job's audience, the at sign and the colon before and in a slot. */
const WORD = /[A-Za-z0-9_][A-Za-z0-9_./@:-]*/y;

interface Foreign {
  readonly sign: string;
  readonly fix?: string;
  readonly meant?: string;
}

/** Signs of other languages, each with what is written here. */
const FOREIGN: readonly Foreign[] = [
  { sign: '&&', meant: '&', fix: 'write "&" for those who are in both' },
  { sign: '||', meant: '|', fix: 'write "|" for those who are in either' },
  { sign: '+', meant: '|', fix: 'write "|" for those who are in either' },
  { sign: '-', meant: '& !', fix: 'write "& !" to take people away: drama & !vip' },
  { sign: '\\', meant: '& !', fix: 'write "& !" to take people away: drama & !vip' },
  { sign: '~', meant: '!', fix: 'write "!" for those who are not in a set' },
  { sign: '^', fix: 'write (a | b) & !(a & b) for those who are in one of two alone' },
  { sign: '"', fix: 'write names without quotes' },
  { sign: "'", fix: 'write names without quotes' },
];

/** Tells a refusal from what was to be read. */
export function isRefusal(read: object): read is Refusal {
  return 'message' in read;
}

const END: Token = { kind: 'end', text: '', at: 0 };

/** Gives the token that comes next. */
export function peek({ tokens, next }: Cursor): Token {
  return tokens[next] ?? tokens.at(-1) ?? END;
}

/** Gives the token that comes next, and passes it. */
export function take(cursor: Cursor): Token {
  const token = peek(cursor);
  cursor.next += 1;
  return token;
}

/** Cuts a text; the last token is its end. A sign that there is not is refused. */
export function readTokens(text: string): readonly Token[] | Refusal {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const sign = text.charAt(at);
    const foreign = FOREIGN.find((one) => text.startsWith(one.sign, at));
    WORD.lastIndex = at;
    const word = WORD.exec(text)?.[0];
    if (foreign !== undefined) return refuseSign(foreign, at);
    if (sign.trim() === '') at += 1;
    else if (isSign(sign)) tokens.push({ kind: sign, text: sign, at: at++ });
    else if (word !== undefined) {
      tokens.push({ kind: 'word', text: word, at });
      at += word.length;
    } else return refuseSign({ sign: String.fromCodePoint(text.codePointAt(at) ?? 0) }, at);
  }
  return [...tokens, { kind: 'end', text: '', at }];
}

function isSign(text: string): text is '!' | '&' | '|' | '(' | ')' | ',' {
  return text.length === 1 && '!&|(),'.includes(text);
}

function refuseSign({ sign, fix, meant }: Foreign, at: number): Refusal {
  const message = `"${sign}" is no sign of an expression; expected names, !, &, | and parentheses`;
  return {
    message,
    at,
    ...(fix === undefined ? {} : { fix }),
    ...(meant === undefined ? {} : { instead: { written: sign, meant } }),
  };
}
