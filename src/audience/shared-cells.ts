/** Remembers the cells of values that many people share, as bytes: names, countries. */
import type { TextColumn } from '../job/text-column';
import type { Count, MakeCell } from './normalise/field';
import { escapeCell } from './rows';

const SLOTS = 8192;
const KEY_BYTES = 32;
const CELL_BYTES = 64;
/** Bytes that tell values apart. */
const HASHED_BYTES = 16;

/**
 * Holds the last value of each of some thousand slots with its cell; more would lie too far from the processor to be faster
 * than making the cell again. Takes 0.8 MB.
 */
export class SharedCells {
  static readonly CELL_BYTES = CELL_BYTES;
  /** The value can't be used, which was counted. */
  static readonly NONE = -1;
  /** The value, or its cell, is too long to be remembered. */
  static readonly UNFIT = -2;

  readonly #keys = new Uint8Array(SLOTS * KEY_BYTES);
  /** 0 where the slot is empty. */
  readonly #keyLengths = new Uint8Array(SLOTS);
  readonly #cells = Buffer.alloc(SLOTS * CELL_BYTES);
  readonly #cellLengths = new Uint8Array(SLOTS);

  /** @param make  goes by the value alone */
  constructor(
    private readonly make: MakeCell,
    private readonly count: Count,
  ) {}

  /** Finds the slot of a row's value, which is not empty, and makes its cell where it is not known. */
  find(column: TextColumn, row: number): number {
    const start = column.startOf(row);
    const end = column.endOf(row);
    if (end - start > KEY_BYTES) return SharedCells.UNFIT;
    const slot = slotOf(column.bytes, start, end);
    return this.#isIn(slot, column.bytes, start, end) ? slot : this.#remember(slot, column, row);
  }

  /** Writes the cell of a slot; answers where it ends. */
  write(slot: number, to: Uint8Array, at: number): number {
    const from = slot * CELL_BYTES;
    const length = this.#cellLengths[slot] ?? 0;
    for (let index = 0; index < length; index++) to[at + index] = this.#cells[from + index] ?? 0;
    return at + length;
  }

  #isIn(slot: number, bytes: Uint8Array, start: number, end: number): boolean {
    const length = end - start;
    if (this.#keyLengths[slot] !== length) return false;
    const from = slot * KEY_BYTES;
    let at = 0;
    while (at < length && this.#keys[from + at] === bytes[start + at]) at += 1;
    return at === length;
  }

  #remember(slot: number, column: TextColumn, row: number): number {
    const cell = this.make(column.textAt(row), undefined, this.count);
    if (cell === '') return SharedCells.NONE;
    const length = Buffer.byteLength(cell);
    if (length > CELL_BYTES || escapeCell(cell) !== cell) return SharedCells.UNFIT;
    const start = column.startOf(row);
    const end = column.endOf(row);
    this.#keys.set(column.bytes.subarray(start, end), slot * KEY_BYTES);
    this.#keyLengths[slot] = end - start;
    this.#cellLengths[slot] = this.#cells.write(cell, slot * CELL_BYTES);
    return slot;
  }
}

/** FNV-1a over the first bytes. */
function slotOf(bytes: Uint8Array, start: number, end: number): number {
  let hash = 0x811c9dc5;
  const last = Math.min(end, start + HASHED_BYTES);
  for (let at = start; at < last; at++) hash = Math.imul(hash ^ (bytes[at] ?? 0), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}
