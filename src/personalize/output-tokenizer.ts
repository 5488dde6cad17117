/** Reads output lines of any length in pieces: reports ids as they come, and keeps the texts of chosen members. */
import { JsonMachine, type ValueKind } from './json-machine';
import { findKnownMember, type KnownMember, type MemberName, refuseElement, refuseKind } from './output-members';
import { readPlainTexts } from './plain-texts';

/** A known member of a line. */
export interface MemberValue {
  readonly kind: ValueKind;
  /** Elements of a list. */
  readonly count: number;
  /** The JSON text in pieces, empty where the member was not chosen. */
  readonly text: readonly Buffer[];
}

export interface TokenizedLine {
  readonly line: number;
  readonly byteOffset: number;
  /** Of a repeated member the last; those of `output` belong to the last output. */
  readonly members: ReadonlyMap<MemberName, MemberValue>;
  /** Lists whose ids were reported; more than one leaves open which counts. */
  readonly reportedLists: number;
}

export interface OutputListener {
  /** At most 1,024 ids of a list, in order; before the end of their line, which may yet turn out broken. */
  onIds(member: MemberName, ids: readonly string[]): void;
  onLine(line: TokenizedLine): void;
  onBroken(place: { readonly line: number; readonly byteOffset: number }, reason: string): void;
}

export interface TokenizerWish {
  /** Members whose ids are reported. */
  readonly report: readonly MemberName[];
  /** Members whose texts are kept. */
  readonly keep: readonly MemberName[];
  /** A longer text makes the line broken. */
  readonly maxTextBytes: number;
}

const MAX_TOKEN_BYTES = 65_536;
const BATCH_IDS = 1024;
const OUTPUT_MEMBERS = [
  'recommendedItems',
  'scores',
  'itemsThemeRelevanceScores',
  'theme',
  'usersList',
  'recommendedUsers',
] as const satisfies readonly MemberName[];

interface OpenMember {
  readonly member: KnownMember;
  readonly kind: ValueKind;
  readonly depth: number;
  readonly isReported: boolean;
  readonly text: Buffer[];
  count: number;
}

/** Takes pieces in order, without gaps, the first at a line's start; tells its listener what the lines hold. */
export class OutputTokenizer {
  readonly #listener: OutputListener;
  readonly #wish: TokenizerWish;
  readonly #machine: JsonMachine;
  #bytes: Buffer = Buffer.alloc(0);
  #line = 1;
  #byteOffset = 0;
  #isFed = false;
  #members = new Map<MemberName, MemberValue>();
  #reportedLists = 0;
  #isInOutput = false;
  /** The member whose key was read last, until its value begins. */
  #named: KnownMember | undefined;
  #open: OpenMember | undefined;
  /** Where the open member's kept text goes on in the bytes being fed; -1 where none is kept. */
  #textFrom = -1;
  #textBytes = 0;
  /** Where a key or id goes on in the bytes being fed; -1 outside. */
  #tokenFrom = -1;
  #tokenHead: Buffer[] = [];
  #tokenHeadBytes = 0;
  #ids: string[] = [];

  constructor(wish: TokenizerWish, listener: OutputListener) {
    this.#wish = wish;
    this.#listener = listener;
    this.#machine = new JsonMachine({
      begin: (kind, at, depth) => this.#begin(kind, at, depth),
      finish: (kind, end, depth) => this.#finish(kind, end, depth),
      takeTexts: (bytes, at, to, depth) => this.#takeIds(bytes, at, to, depth),
    });
  }

  push(bytes: Buffer, offset: number): void {
    this.#bytes = bytes;
    for (let at = 0; at < bytes.length; ) {
      if (!this.#isFed) this.#startLine(offset + at);
      at = this.#machine.feed(bytes, at, bytes.length);
      if (at < bytes.length) {
        this.#endLine();
        at++;
      }
    }
    this.#carry();
  }

  /** Ends a last line that no line feed ends. */
  end(): void {
    if (this.#isFed) this.#endLine();
  }

  #startLine(byteOffset: number): void {
    this.#isFed = true;
    this.#byteOffset = byteOffset;
    this.#machine.start();
    this.#members = new Map();
    this.#reportedLists = 0;
    this.#isInOutput = false;
    this.#named = undefined;
    this.#open = undefined;
    this.#textFrom = -1;
    this.#textBytes = 0;
    this.#dropToken();
    this.#ids = [];
  }

  #endLine(): void {
    this.#isFed = false;
    const place = { line: this.#line++, byteOffset: this.#byteOffset };
    const reason = this.#machine.end();
    if (reason === undefined) {
      this.#listener.onLine({ ...place, members: this.#members, reportedLists: this.#reportedLists });
    } else if (!this.#machine.isBlank) {
      this.#listener.onBroken(place, reason);
    }
  }

  #begin(kind: ValueKind | 'key', at: number, depth: number): void {
    if (kind === 'key') {
      if (depth === 1 || (depth === 2 && this.#isInOutput)) this.#tokenFrom = at;
    } else if (this.#open !== undefined) {
      if (depth === this.#open.depth + 1 && this.#open.kind === 'array') this.#beginElement(this.#open, kind, at);
    } else if (this.#named !== undefined) {
      this.#beginMember(this.#named, kind, at, depth);
      this.#named = undefined;
    }
  }

  #beginElement(open: OpenMember, kind: ValueKind, at: number): void {
    const reason = open.member.elements === undefined ? undefined : refuseElement(open.member, kind, open.count);
    if (reason !== undefined) this.#machine.breakLine(reason);
    else if (open.member.elements === 'ids' && (open.isReported || kind === 'number')) this.#tokenFrom = at;
    open.count++;
  }

  #beginMember(member: KnownMember, kind: ValueKind, at: number, depth: number): void {
    const reason = refuseKind(member, kind);
    if (reason !== undefined) this.#machine.breakLine(reason);
    if (member.name === 'output') {
      this.#isInOutput = kind === 'object';
      for (const name of OUTPUT_MEMBERS) this.#members.delete(name);
      this.#members.set('output', { kind, count: 0, text: [] });
      return;
    }
    const isReported = kind === 'array' && this.#wish.report.includes(member.name);
    if (isReported) this.#reportedLists++;
    this.#open = { member, kind, depth, isReported, text: [], count: 0 };
    if (this.#wish.keep.includes(member.name)) this.#textFrom = at;
  }

  #finish(kind: ValueKind | 'key', end: number, depth: number): void {
    if (kind === 'key') {
      if (this.#tokenFrom < 0) return;
      const key = this.#takeToken(end);
      this.#named = key === undefined ? undefined : findKnownMember(key, this.#isInOutput ? 'output' : 'line');
    } else if (this.#open !== undefined) {
      if (depth === this.#open.depth) this.#finishMember(this.#open, end);
      else if (this.#tokenFrom >= 0) this.#finishId(this.#open, kind, end);
    } else if (depth === 1) {
      this.#isInOutput = false;
    }
  }

  #finishId(open: OpenMember, kind: ValueKind, end: number): void {
    const id = kind === 'number' ? this.#takeNumber(end) : this.#takeToken(end);
    if (id === undefined) {
      this.#machine.breakLine(
        kind === 'number'
          ? `${open.member.name}[${open.count - 1}] is not a text`
          : `${open.member.name}[${open.count - 1}] is longer than ${MAX_TOKEN_BYTES} bytes`,
      );
    } else if (open.isReported) {
      this.#ids.push(id);
      if (this.#ids.length === BATCH_IDS) this.#reportIds(open);
    }
  }

  #takeIds(bytes: Buffer, at: number, to: number, depth: number): number {
    const open = this.#open;
    if (open === undefined || !open.isReported || open.member.elements !== 'ids' || depth !== open.depth + 1) return at;
    const last = Math.min(to, at + MAX_TOKEN_BYTES);
    const { texts, end } = readPlainTexts(bytes, at, last, BATCH_IDS - this.#ids.length);
    for (const text of texts) this.#ids.push(text);
    open.count += texts.length;
    if (this.#ids.length === BATCH_IDS) this.#reportIds(open);
    return end;
  }

  #finishMember(open: OpenMember, end: number): void {
    if (this.#ids.length > 0) this.#reportIds(open);
    if (this.#textFrom >= 0) this.#keepText(open, end);
    this.#textFrom = -1;
    this.#textBytes = 0;
    this.#open = undefined;
    this.#members.set(open.member.name, { kind: open.kind, count: open.count, text: open.text });
  }

  #reportIds(open: OpenMember): void {
    const ids = this.#ids;
    this.#ids = [];
    this.#listener.onIds(open.member.name, ids);
  }

  #keepText(open: OpenMember, end: number): void {
    this.#textBytes += end - this.#textFrom;
    if (this.#textBytes <= this.#wish.maxTextBytes) {
      open.text.push(this.#bytes.subarray(this.#textFrom, end));
    } else {
      this.#machine.breakLine(`${open.member.name} is longer than ${this.#wish.maxTextBytes} bytes`);
    }
  }

  #takeNumber(end: number): string | undefined {
    const value = Number(this.#tokenBytes(end).toString('latin1'));
    this.#dropToken();
    return Number.isSafeInteger(value) ? String(value) : undefined;
  }

  /** Takes a string's value; undefined where it is too long. */
  #takeToken(end: number): string | undefined {
    const { escaped, wide } = this.#machine;
    if (this.#tokenHeadBytes === 0 && !escaped && end - this.#tokenFrom <= MAX_TOKEN_BYTES) {
      const text = this.#bytes.toString(wide ? 'utf8' : 'latin1', this.#tokenFrom + 1, end - 1);
      this.#tokenFrom = -1;
      return text;
    }
    const isTooLong = this.#tokenHeadBytes + end - this.#tokenFrom > MAX_TOKEN_BYTES;
    const text = isTooLong ? undefined : readJsonText(this.#tokenBytes(end));
    this.#dropToken();
    return text;
  }

  #tokenBytes(end: number): Buffer {
    return Buffer.concat([...this.#tokenHead, this.#bytes.subarray(this.#tokenFrom, end)]);
  }

  #dropToken(): void {
    this.#tokenFrom = -1;
    this.#tokenHead = [];
    this.#tokenHeadBytes = 0;
  }

  /** Keeps what goes on in the next piece. */
  #carry(): void {
    if (this.#machine.isBroken) {
      this.#open = undefined;
      this.#textFrom = -1;
      this.#dropToken();
      return;
    }
    if (this.#open !== undefined && this.#textFrom >= 0) {
      this.#keepText(this.#open, this.#bytes.length);
      this.#textFrom = 0;
    }
    if (this.#tokenFrom < 0) return;
    this.#tokenHeadBytes += this.#bytes.length - this.#tokenFrom;
    if (this.#tokenHeadBytes > MAX_TOKEN_BYTES) this.#tokenHead = [];
    else this.#tokenHead.push(this.#bytes.subarray(this.#tokenFrom));
    this.#tokenFrom = 0;
  }
}

function readJsonText(bytes: Buffer): string {
  const text: unknown = JSON.parse(bytes.toString('utf8'));
  return typeof text === 'string' ? text : '';
}
