/** Writes the lines of rows straight from contacts in columns, for formats each of whose columns is made by itself. */
import { isColumn } from '../job/attributes';
import type { ContactPage } from '../job/contact-page';
import type { TextColumn } from '../job/text-column';
import { cellOf } from './formats/cell-table';
import type { CellRule, CellTable } from './formats/format';
import { HashBatch } from './hashing/hash-batch';
import { type Count, cellsOf, type Field, type MakeCell } from './normalise/field';
import { escapeCell } from './rows';
import { SharedCells } from './shared-cells';
import type { TextArena } from './text-arena';

const TAB = 0x09;
const HASH_BYTES = 64;
const MOST_UNIT_BYTES = 3;
/** Of values that are normalised as bytes: longer ones may be hashes already. */
const MOST_BYTES = 55;
const VALUE_BYTES = 56;

/** Writes what `layout.write(format.makeCells(…))` gives of the same contacts, for a format with a table. */
export class RowWriter {
  readonly #cells: readonly Cell[];
  readonly #identifiers: number;
  readonly #isRestTogether: boolean;
  readonly #hashes = new HashBatch();
  #page: ContactPage | undefined;

  /** @param count  is told each value that was left out, as `makeCells` tells it */
  constructor(
    { rules, identifiers, isRestTogether }: CellTable,
    private readonly lines: TextArena,
    count: Count,
  ) {
    const values = new Uint8Array(rules.length * VALUE_BYTES);
    this.#cells = rules.map((rule, nth) => new Cell(rule, { count, values, at: nth * VALUE_BYTES }));
    this.#identifiers = identifiers;
    this.#isRestTogether = isRestTogether === true;
  }

  /** Adds the line of a contact; false where nothing identifies it. Lines are whole after `flush`. */
  write(page: ContactPage, row: number): boolean {
    if (page !== this.#page) for (const cell of this.#cells) cell.open(page);
    this.#page = page;
    const need = this.#look(row);
    if (need === 0) return false;
    this.#writeLine(need + this.#cells.length);
    return true;
  }

  /** To be called before lines are read, sorted or forgotten. */
  flush(): void {
    this.#hashes.flush();
  }

  /** Looks at the cells of a row; answers how many bytes they take at most, 0 where nothing identifies the person. */
  #look(row: number): number {
    const cells = this.#cells;
    let known = 0;
    for (let index = 0; index < this.#identifiers; index++) known += cells[index]?.look(row) ?? 0;
    if (known === 0 && !this.#isRestTogether) return 0;
    let rest = 0;
    let isWhole = true;
    for (let index = this.#identifiers; index < cells.length; index++) {
      const most = cells[index]?.look(row) ?? 0;
      rest += most;
      if (most === 0) isWhole = false;
    }
    if (isWhole || !this.#isRestTogether) return known + rest;
    for (let index = this.#identifiers; index < cells.length; index++) cells[index]?.drop();
    return known;
  }

  #writeLine(need: number): void {
    const { lines } = this;
    if (!lines.hasRoom(need)) {
      // Hashes are written to where the lines stand now.
      this.#hashes.flush();
      lines.makeRoom(need);
    }
    const { bytes } = lines;
    let at = lines.size;
    for (let index = 0; index < this.#cells.length; index++) {
      if (index > 0) bytes[at++] = TAB;
      at = this.#cells[index]?.write(bytes, at, this.#hashes) ?? at;
    }
    lines.endText(at);
  }
}

/** What the cell at hand is made of: nothing, the hash of a value, a cell that is remembered, or a text. */
type Source = 'nothing' | 'hash' | 'shared' | 'text';

/** One cell of the row at hand. */
class Cell {
  readonly #make: MakeCell;
  readonly #count: Count;
  readonly #normaliseBytes: Field['normaliseBytes'];
  readonly #shared: SharedCells | undefined;
  #column: TextColumn | undefined;
  #countries: TextColumn | undefined;
  /** Where the column is an attribute that somebody on the page may have. */
  #page: ContactPage | undefined;
  #source: Source = 'nothing';
  /** What is to be hashed stands here, in bytes that all cells share. */
  readonly #values: Uint8Array;
  readonly #at: number;
  #length = 0;
  #slot = 0;
  #text = '';

  constructor(
    private readonly rule: CellRule,
    { count, values, at }: { readonly count: Count; readonly values: Uint8Array; readonly at: number },
  ) {
    this.#values = values;
    this.#at = at;
    const { field, isShared, byCountry, isRepeated } = rule;
    this.#count = isRepeated ? () => undefined : count;
    this.#make = cellOf(rule);
    this.#normaliseBytes = field.form === 'hashed' ? field.normaliseBytes : undefined;
    this.#shared = isShared && !byCountry ? new SharedCells(cellsOf(field), this.#count) : undefined;
  }

  open(page: ContactPage): void {
    const { from } = this.rule;
    this.#column = page.column(from);
    this.#countries = page.column('country');
    this.#page = !isColumn(from) && page.mayHaveAttribute(from) ? page : undefined;
  }

  /** Leaves the cell empty. */
  drop(): void {
    this.#source = 'nothing';
  }

  /** Finds out what the cell of a row is; answers how many bytes it takes at most, 0 where there is none. */
  look(row: number): number {
    this.#source = 'nothing';
    const column = this.#column;
    if (column === undefined) return this.#page === undefined ? 0 : this.#lookAtAttribute(this.#page, row);
    const start = column.startOf(row);
    const end = column.endOf(row);
    if (start === end) return 0;
    const length = end - start > MOST_BYTES ? -1 : this.#normalise(column.bytes, start, end);
    if (length < 0) return this.#lookAtOdd(column, row);
    this.#source = 'hash';
    this.#length = length;
    return HASH_BYTES;
  }

  /** Writes the cell; answers where it ends. */
  write(bytes: Buffer, at: number, hashes: HashBatch): number {
    if (this.#source === 'nothing') return at;
    if (this.#source === 'shared') return this.#shared?.write(this.#slot, bytes, at) ?? at;
    if (this.#source === 'text') return at + bytes.write(this.#text, at);
    hashes.addBytes(this.#values, this.#at, this.#at + this.#length, bytes, at);
    return at + HASH_BYTES;
  }

  /** Looks at a value that is not normalised as bytes. */
  #lookAtOdd(column: TextColumn, row: number): number {
    const slot = this.#shared?.find(column, row) ?? SharedCells.UNFIT;
    if (slot === SharedCells.NONE) return 0;
    if (slot === SharedCells.UNFIT) return this.#lookAtText(column.textAt(row), row);
    this.#source = 'shared';
    this.#slot = slot;
    return SharedCells.CELL_BYTES;
  }

  #normalise(bytes: Uint8Array, start: number, end: number): number {
    return this.#normaliseBytes?.(bytes, start, end, this.#values, this.#at) ?? -1;
  }

  #lookAtAttribute(page: ContactPage, row: number): number {
    const { from } = this.rule;
    const attributes = page.attributesAt(row);
    return Object.hasOwn(attributes, from) ? this.#lookAtText(attributes[from] ?? '', row) : 0;
  }

  #lookAtText(value: string, row: number): number {
    const cell = this.#make(
      value,
      this.rule.byCountry ? this.#countries?.textAt(row) || undefined : undefined,
      this.#count,
    );
    if (cell === '') return 0;
    this.#source = 'text';
    this.#text = escapeCell(cell);
    return this.#text.length * MOST_UNIT_BYTES;
  }
}
