/**
 * Writes and reads row files: what a format's file says of an audience, one line a row, its cells parted by TABs, each row once,
 * in the order of UTF-16 units. Two rows of one audience that say the same are one row: removing it must not depend on whose it was. In a cell backslash, TAB, LF and CR are written as `\\`, `\t`, `\n` and `\r`.
 */
import { NightjarError } from '../errors';
import { decodeLines } from './chunks';
import type { Cells, Column } from './formats/format';

/** How the rows of a format stand in its row files. */
export interface RowLayout {
  /** Writes the cells of a row as one line, without its line feed. */
  write(cells: Cells): string;
  /** Reads the cells of a line, in the order of the columns. */
  read(line: string): Cells;
  /** What two lines must share to be the same row: all but the cells that vary without a change of the person. */
  keyOf(line: string): string;
  /** What two lines must share to be removed by the same row: their key columns, or `keyOf` where the format has none. */
  identityOf(line: string): string;
  /** How many cells, from the first, lines of one identity share; undefined where they share the whole line. */
  readonly identityCells: number | undefined;
}

/**
 * Makes the layout for columns: cells that vary stand last, so that the order of lines is that of their keys and identities.
 *
 * @param keyColumns  how many columns, from the first, a removal is known by; none of them may vary
 * @throws E_BUG if a key column varies or there are fewer columns
 */
export function createRowLayout(columns: readonly Pick<Column, 'varies'>[], keyColumns?: number): RowLayout {
  const places = columns.map((_, index) => index);
  const stable = places.filter((index) => columns[index]?.varies !== true);
  if (keyColumns !== undefined && (keyColumns < 1 || stable[keyColumns - 1] !== keyColumns - 1))
    throw new NightjarError('E_BUG', `${keyColumns} key columns do not stand first, or vary`);
  const keyOf = cutBehind(stable.length, columns.length);
  const identity = keyColumns ?? stable.length;
  const identityOf = cutBehind(identity, columns.length);
  const identityCells = identity === columns.length ? undefined : identity;
  const known = { keyOf, identityOf, identityCells };
  if (stable.length === columns.length) return { write: writeCells, read: readCells, ...known };
  const order = [...stable, ...places.filter((index) => columns[index]?.varies === true)];
  const back = places.map((index) => order.indexOf(index));
  return {
    write: (cells) => writeCells(order.map((index) => cells[index] ?? '')),
    read: (line) => {
      const cells = readCells(line);
      return back.map((index) => cells[index] ?? '');
    },
    ...known,
  };
}

/** Makes a function that answers the first cells of a line, each with its TAB: none begins with another, so that they sort as lines do. */
function cutBehind(cells: number, all: number): (line: string) => string {
  return cells === all ? (line) => line : (line) => line.slice(0, findTab(line, cells) + 1);
}

/** The place of the nth TAB; -1 for the 0th, which is before the line. */
function findTab(line: string, nth: number): number {
  let place = -1;
  for (let left = nth; left > 0; left--) place = line.indexOf('\t', place + 1);
  return place;
}

function writeCells(cells: Cells): string {
  for (const cell of cells) if (cell !== '' && NEEDS_ESCAPE.test(cell)) return cells.map(escapeCell).join('\t');
  return cells.join('\t');
}

const NEEDS_ESCAPE = /[\\\t\n\r]/;

/** Reads the cells of a line whose cells stand in the order of their columns. */
export function readCells(line: string): Cells {
  const cells = line.split('\t');
  return line.includes('\\') ? cells.map(unescapeCell) : cells;
}

/** Reads a row file, a batch of lines for each chunk. */
export async function* readRowLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<readonly string[]> {
  for await (const text of decodeLines(chunks)) {
    const lines = text.split('\n');
    lines.pop();
    yield lines;
  }
}

/** Orders lines as row files have them. */
export function compareLines(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}

type KeyOf = RowLayout['keyOf'];

/** Leaves out each line of the same key as the one before. */
export async function* dropRepeated(
  batches: AsyncIterable<readonly string[]>,
  keyOf: KeyOf,
): AsyncGenerator<readonly string[]> {
  let last: string | undefined;
  for await (const batch of batches) {
    const kept: string[] = [];
    for (const line of batch) {
      const key = keyOf(line);
      if (key === last) continue;
      last = key;
      kept.push(line);
    }
    if (kept.length > 0) yield kept;
  }
}

/**
 * Yields the lines of `from` whose keys no line of `without` has, in order; both sorted, each key once.
 * Holds one batch of each; no batch is empty.
 */
export function subtractSorted(
  from: AsyncIterable<readonly string[]>,
  without: AsyncIterable<readonly string[]>,
  keyOf: KeyOf,
): AsyncGenerator<readonly string[]> {
  return selectSorted(from, without, { keyOf, isShared: false });
}

/** Yields the lines of `from` whose keys a line of `others` has too; as `subtractSorted`. */
export function intersectSorted(
  from: AsyncIterable<readonly string[]>,
  others: AsyncIterable<readonly string[]>,
  keyOf: KeyOf,
): AsyncGenerator<readonly string[]> {
  return selectSorted(from, others, { keyOf, isShared: true });
}

async function* selectSorted(
  from: AsyncIterable<readonly string[]>,
  compared: AsyncIterable<readonly string[]>,
  { keyOf, isShared }: { readonly keyOf: KeyOf; readonly isShared: boolean },
): AsyncGenerator<readonly string[]> {
  const others = new KeyCursor(compared[Symbol.asyncIterator](), keyOf);
  try {
    for await (const lines of from) {
      const left: string[] = [];
      for (const line of lines) {
        const key = keyOf(line);
        while (!others.reach(key)) await others.refill();
        if ((others.key === key) === isShared) left.push(line);
      }
      if (left.length > 0) yield left;
    }
  } finally {
    await others.close();
  }
}

/** Moves along the keys of sorted lines; only `refill` waits. */
class KeyCursor {
  key: string | undefined;
  private batch: readonly string[] = [];
  private index = 0;
  private isDone = false;

  constructor(
    private readonly iterator: AsyncIterator<readonly string[]>,
    private readonly keyOf: KeyOf,
  ) {}

  /** Moves on to the first key that is not before the wanted one; false where the batch ends before it. */
  reach(wanted: string): boolean {
    while (this.key === undefined || this.key < wanted) {
      const line = this.batch[this.index];
      if (line === undefined) return this.isDone;
      this.index += 1;
      this.key = this.keyOf(line);
    }
    return true;
  }

  async refill(): Promise<void> {
    const next = await this.iterator.next();
    this.isDone = next.done === true;
    this.batch = next.done === true ? [] : next.value;
    this.index = 0;
  }

  async close(): Promise<void> {
    await this.iterator.return?.();
  }
}

const ESCAPES: Readonly<Record<string, string>> = { '\\': '\\\\', '\t': '\\t', '\n': '\\n', '\r': '\\r' };
const UNESCAPES: Readonly<Record<string, string>> = { '\\': '\\', t: '\t', n: '\n', r: '\r' };

/** Writes a cell as row files have it. */
export function escapeCell(cell: string): string {
  return NEEDS_ESCAPE.test(cell) ? cell.replace(/[\\\t\n\r]/g, (found) => ESCAPES[found] ?? found) : cell;
}

function unescapeCell(cell: string): string {
  return cell.replace(/\\([\\tnr])/g, (_, letter: string) => UNESCAPES[letter] ?? letter);
}
