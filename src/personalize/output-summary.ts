/** Summarises output objects of both kinds: lines, users, items, errors by text. */
import { readError } from './json-value';
import { parseMember, readLineInput } from './line-input';
import { OutputTokenizer, type TokenizedLine } from './output-tokenizer';
import type { Chunks, OutputFinding, Shard } from './output-types';
import { ownedBytes } from './owned-bytes';

/** A count of something by its id or text. */
export interface OutputTally {
  readonly name: string;
  readonly count: number;
}

export interface OutputSummary {
  readonly objects: number;
  /** Whole lines; blank and broken ones are not among them. */
  readonly lines: number;
  readonly brokenLines: number;
  /** The first twenty. */
  readonly findings: readonly OutputFinding[];
  /** Lines that carry an error. */
  readonly errorLines: number;
  /** Most frequent first, at most 100 texts. */
  readonly errors: readonly OutputTally[];
  /** Lines that echo a user id: of batch inference one a user. */
  readonly users: number;
  readonly items: {
    /** Over all lines, repeated ids counted again. */
    readonly listed: number;
    /** Different ids, up to two million; there may be more then. */
    readonly distinct: number;
    /** The ten that stand on most lines, most frequent first, equals by id; the count is that of lines' mentions. */
    readonly top: readonly OutputTally[];
  };
  readonly segments: {
    /** Lines with a list of users. */
    readonly lines: number;
    /** Over all lists, users of several segments counted again. */
    readonly users: number;
    /** The first twenty, in the order of the lines; `name` is the JSON text of the input. */
    readonly sizes: readonly OutputTally[];
  };
}

const MAX_DISTINCT = 2_000_000;
/** Texts that are told apart; further ones are counted as error lines only. */
const MAX_ERROR_TEXTS = 10_000;
const MAX_ERRORS = 100;
const USER_LISTS = ['usersList', 'recommendedUsers'] as const;
const MAX_SHOWN = 20;
const MAX_TOP = 10;
const MAX_TEXT_BYTES = 1024 * 1024;

/** Adds up objects one after another; memory grows with the number of different items, up to two million, not more. */
export class OutputSummariser {
  #objects = 0;
  #lines = 0;
  #brokenLines = 0;
  readonly #findings: OutputFinding[] = [];
  #errorLines = 0;
  readonly #errors = new Map<string, number>();
  #users = 0;
  #listed = 0;
  readonly #items = new Map<string, number>();
  #segmentLines = 0;
  #segmentUsers = 0;
  readonly #sizes: OutputTally[] = [];
  /** Of the line being read, which may yet turn out broken. */
  #lineItems: (readonly string[])[] = [];

  /** Reads the lines that a shard owns. */
  async read(chunks: Chunks, shard: Shard): Promise<void> {
    this.#objects++;
    const { object } = shard;
    const tokenizer = new OutputTokenizer(
      { report: ['recommendedItems'], keep: ['input', 'itemAttributes', 'error'], maxTextBytes: MAX_TEXT_BYTES },
      {
        onIds: (_member, ids) => this.#lineItems.push(ids),
        onLine: (line) => this.#addLine(object, line),
        onBroken: (place, reason) => this.#addFinding({ object, ...place, reason }),
      },
    );
    for await (const { bytes, offset } of ownedBytes(chunks, shard)) tokenizer.push(bytes, offset);
    tokenizer.end();
  }

  summarise(): OutputSummary {
    return {
      objects: this.#objects,
      lines: this.#lines,
      brokenLines: this.#brokenLines,
      findings: [...this.#findings],
      errorLines: this.#errorLines,
      errors: rank(this.#errors, MAX_ERRORS),
      users: this.#users,
      items: { listed: this.#listed, distinct: this.#items.size, top: rank(this.#items, MAX_TOP) },
      segments: { lines: this.#segmentLines, users: this.#segmentUsers, sizes: [...this.#sizes] },
    };
  }

  #addFinding(finding: OutputFinding): void {
    this.#brokenLines++;
    this.#lineItems = [];
    if (this.#findings.length < MAX_SHOWN) this.#findings.push(finding);
  }

  #addLine(object: string, { line, byteOffset, members }: TokenizedLine): void {
    const input = readLineInput(members);
    const lists = USER_LISTS.map((name) => members.get(name)).filter((list) => list?.kind === 'array');
    if ('reason' in input || lists.length > 1) {
      const reason = 'reason' in input ? input.reason : 'the line has two lists of users';
      this.#addFinding({ object, line, byteOffset, reason });
      return;
    }
    this.#lines++;
    if (input.userId !== undefined) this.#users++;
    const error = readError(parseMember(members.get('error')));
    if (error !== null) {
      this.#errorLines++;
      if (this.#errors.has(error) || this.#errors.size < MAX_ERROR_TEXTS) count(this.#errors, error);
    }
    this.#addItems();
    for (const list of lists) this.#addSegment(input.inputText, list?.count ?? 0);
  }

  #addItems(): void {
    for (const ids of this.#lineItems) {
      this.#listed += ids.length;
      for (const id of ids) if (this.#items.size < MAX_DISTINCT || this.#items.has(id)) count(this.#items, id);
    }
    this.#lineItems = [];
  }

  #addSegment(name: string, users: number): void {
    this.#segmentLines++;
    this.#segmentUsers += users;
    if (this.#sizes.length < MAX_SHOWN) this.#sizes.push({ name, count: users });
  }
}

function count(counts: Map<string, number>, name: string): void {
  counts.set(name, (counts.get(name) ?? 0) + 1);
}

/** The most frequent, equals by name. */
function rank(counts: ReadonlyMap<string, number>, length: number): readonly OutputTally[] {
  const tallies = [...counts].map(([name, total]) => ({ name, count: total }));
  return tallies.sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1)).slice(0, length);
}
