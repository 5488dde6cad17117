/** Joins a member file with contacts in columns by merging two streams of the same order. */
import type { ContactPage } from '../job/contact-page';
import { comparePlaces } from './byte-order';
import { MemberCursor, unsorted } from './member-cursor';

/** Members whose contacts are in one page, in the order of both. */
export interface JoinedPage {
  readonly page: ContactPage;
  /** Of the page, ascending; at least one. */
  readonly rows: Int32Array;
  /** By the same places as `rows`. */
  readonly ranks: Int32Array;
}

interface JoinCase {
  /** A member file. */
  readonly members: AsyncIterable<Uint8Array>;
  readonly pages: AsyncIterable<ContactPage>;
}

/** What was counted; whole once all is read. */
export interface JoinCounts {
  members: number;
  /** Members who are no contacts. */
  unknown: number;
}

/**
 * Joins every member with its contact; contacts who are no members are passed over. Reads contacts only as far as the last
 * member. Memory is bounded by a page and a chunk of the file.
 *
 * @throws E_BUG if either stream is not ascending: the join would lose people silently
 * @throws E_OBJECT_FORMAT where the file is no member file
 */
export async function* joinPages({ members, pages }: JoinCase, counts: JoinCounts): AsyncGenerator<JoinedPage> {
  const cursor = new MemberCursor(members);
  const merge = new Merge(cursor, counts);
  try {
    if (!(await cursor.refill())) return;
    for await (const page of pages) {
      merge.open(page);
      while (merge.run() && (await cursor.refill()));
      const joined = merge.close();
      if (joined !== undefined) yield joined;
      if (merge.isWaiting) return;
    }
    do counts.unknown += 1;
    while (cursor.advance() || (await cursor.refill()));
  } finally {
    counts.members = cursor.count;
    await cursor.close();
  }
}

const NO_ROWS = new Int32Array(0);

/** The merge of one page after the other with the members; waits for nothing. */
class Merge {
  /** That it can't go on without further members. */
  isWaiting = false;
  #page: ContactPage | undefined;
  #row = 0;
  #rows = NO_ROWS;
  #ranks = NO_ROWS;
  #found = 0;
  /** The last contact of the page before. */
  #last: Uint8Array | undefined;

  constructor(
    private readonly cursor: MemberCursor,
    private readonly counts: JoinCounts,
  ) {}

  open(page: ContactPage): void {
    const { userIds, rows } = page;
    const first = userIds.bytes.subarray(userIds.startOf(0), userIds.endOf(0));
    if (this.#last !== undefined && Buffer.compare(this.#last, first) >= 0) throw unsorted('contacts');
    this.#last = userIds.bytes.subarray(userIds.startOf(rows - 1), userIds.endOf(rows - 1));
    this.#page = page;
    this.#row = 0;
    this.#found = 0;
    this.#rows = new Int32Array(rows);
    this.#ranks = new Int32Array(rows);
  }

  /** Merges on until the page ends, or the members at hand; true where members have to be read. */
  run(): boolean {
    const { cursor } = this;
    const page = this.#page;
    if (page === undefined) return false;
    this.isWaiting = false;
    const { userIds } = page;
    const { bytes } = userIds;
    while (this.#row < page.rows) {
      const row = this.#row;
      const start = userIds.startOf(row);
      const order = comparePlaces(cursor, bytes, start, userIds.endOf(row));
      if (order > 0) {
        this.#passOver(page, row);
        continue;
      }
      if (order < 0) this.counts.unknown += 1;
      else {
        this.#rows[this.#found] = row;
        this.#ranks[this.#found++] = cursor.rank;
        this.#passOver(page, row);
      }
      if (cursor.advance()) continue;
      this.isWaiting = true;
      return true;
    }
    return false;
  }

  /** Answers what was joined of the page; undefined where nothing was. */
  close(): JoinedPage | undefined {
    if (this.#page === undefined || this.#found === 0) return undefined;
    const [rows, ranks] = [this.#rows.subarray(0, this.#found), this.#ranks.subarray(0, this.#found)];
    return { page: this.#page, rows, ranks };
  }

  /** Moves on to the next contact, which must be behind this one. */
  #passOver({ userIds, rows }: ContactPage, row: number): void {
    this.#row = row + 1;
    if (row + 1 === rows) return;
    const place = { bytes: userIds.bytes, start: userIds.startOf(row), end: userIds.endOf(row) };
    if (comparePlaces(place, userIds.bytes, userIds.startOf(row + 1), userIds.endOf(row + 1)) >= 0)
      throw unsorted('contacts');
  }
}
