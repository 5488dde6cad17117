/** Reads a member file line by line where it stands, without an object for each member. */
import { isUtf8 } from 'node:buffer';
import { NightjarError } from '../errors';
import { LINE_FEED } from './block-buffer';
import { comparePlaces } from './byte-order';
import { malformedMember, notUtf8, unescapeId } from './members';
import type { TextPlace } from './text-order';

const TAB = 0x09;
const BACKSLASH = 0x5c;
const ZERO = 0x30;

/** Moves along the members; only `refill` waits. Of the place where it stands the id is the text, not escaped. */
export class MemberCursor implements TextPlace {
  bytes: Uint8Array = new Uint8Array(0);
  start = 0;
  end = 0;
  rank = 0;
  /** Members so far, with the one where it stands. */
  count = 0;
  readonly #iterator: AsyncIterator<Uint8Array>;
  /** What was read: whole lines up to `#limit`, and the beginning of another. */
  #chunk: Uint8Array = new Uint8Array(0);
  #next = 0;
  #limit = 0;

  /** @param chunks  of a member file (`members.ts`) */
  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#iterator = chunks[Symbol.asyncIterator]();
  }

  /**
   * Moves on within the bytes at hand; false where they hold no whole line any more.
   * @throws E_OBJECT_FORMAT at a line of another form
   */
  advance(): boolean {
    if (this.#next >= this.#limit) return false;
    const bytes = this.#chunk;
    const start = this.#next;
    let at = start;
    let isEscaped = false;
    for (let byte = bytes[at]; byte !== TAB; byte = bytes[++at]) {
      if (byte === LINE_FEED || byte === undefined) throw malformedMember(this.count + 1);
      if (byte === BACKSLASH) isEscaped = true;
    }
    const after = this.#readRank(at + 1);
    if (isEscaped) this.#unescape(start, at);
    else this.#stand(bytes, start, at);
    this.#next = after + 1;
    this.count += 1;
    return true;
  }

  /**
   * Reads on to the next line; false at the end.
   * @throws E_OBJECT_FORMAT where the bytes are not UTF-8, or as `advance`
   */
  async refill(): Promise<boolean> {
    while (true) {
      const rest = this.#chunk.subarray(this.#next);
      const next = await this.#iterator.next();
      if (next.done === true && rest.length === 0) return false;
      const more = next.done === true ? Uint8Array.of(LINE_FEED) : next.value;
      // Copied, for a source may write its bytes over when it is asked for the next ones.
      this.#chunk = Buffer.concat([rest, more]);
      this.#next = 0;
      this.#limit = this.#chunk.lastIndexOf(LINE_FEED) + 1;
      if (!isUtf8(this.#chunk.subarray(0, this.#limit))) throw notUtf8();
      if (this.advance()) return true;
    }
  }

  async close(): Promise<void> {
    await this.#iterator.return?.();
  }

  /** Reads decimal digits without a leading zero up to the line feed, whose place it answers. */
  #readRank(start: number): number {
    const bytes = this.#chunk;
    let rank = 0;
    let at = start;
    for (let byte = bytes[at]; byte !== LINE_FEED; byte = bytes[++at]) {
      const digit = (byte ?? 0) - ZERO;
      if (digit < 0 || digit > 9 || (digit === 0 && at === start)) throw malformedMember(this.count + 1);
      rank = rank * 10 + digit;
    }
    if (at === start) throw malformedMember(this.count + 1);
    this.rank = rank;
    return at;
  }

  #unescape(start: number, end: number): void {
    const id = Buffer.from(unescapeId(Buffer.from(this.#chunk.subarray(start, end)).toString('utf8')), 'utf8');
    this.#stand(id, 0, id.length);
  }

  /** Stands at the next id, which must be behind the one before in the order of bytes. */
  #stand(bytes: Uint8Array, start: number, end: number): void {
    if (this.count > 0 && comparePlaces(this, bytes, start, end) >= 0) throw unsorted('members');
    this.bytes = bytes;
    this.start = start;
    this.end = end;
  }
}

/** What is to be said where a stream of people is not in the order that a merge needs: people would be lost silently. */
export function unsorted(what: string): NightjarError {
  return new NightjarError('E_BUG', `the ${what} of a join are not in ascending order of user id`);
}
