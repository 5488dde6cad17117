/** Reads the symbols of an expression one after the other. */
import type { Refusal, Token } from './tokens';

/** Ends the parsing of an expression that can't be read. */
export class Refused extends Error {
  constructor(readonly refusal: Refusal) {
    super(refusal.message);
  }
}

export class TokenReader {
  private next = 0;

  constructor(private readonly tokens: readonly Token[]) {}

  /** Gives the next symbol and leaves it there. */
  protected token(): Token {
    return this.tokens[this.next] ?? { kind: 'end', text: '', at: 0 };
  }

  protected skip(): void {
    this.next++;
  }

  /** Tells whether a keyword, a name or a mark is next; the case is ignored. */
  protected is(text: string): boolean {
    const { kind, text: found } = this.token();
    return (kind === 'word' || kind === 'mark') && found.toUpperCase() === text.toUpperCase();
  }

  /** Skips a keyword, a name or a mark where it is next, and tells whether it was. */
  protected take(text: string): boolean {
    const isNext = this.is(text);
    if (isNext) this.skip();
    return isNext;
  }

  /** @throws Refused naming what stands where something else is expected */
  protected fail(expected: string): never {
    const { kind, text } = this.token();
    if (kind === 'end') return this.refuse(`Invalid Expression: it ends where ${expected} is expected`);
    const hint = text === '(' || text === ')' ? '. Conditions are not grouped by parentheses' : '';
    return this.refuse(`Invalid input symbol: ${text}. Expected ${expected}${hint}`);
  }

  /** @throws Refused at the next symbol */
  protected refuse(message: string): never {
    throw new Refused({ message, at: this.token().at });
  }
}
