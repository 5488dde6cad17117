/** Finds the places whose cells hold for a condition, without looking at every cell where values are texts. */
import { compareNumbers, valuesOf } from './compare';
import type { FilterOperator } from './expression';
import { type Literal, toNumber } from './literals';
import type { FilterCells } from './tables';

/** A column by place. */
export interface PlaceColumn {
  /** Sets 1 in `bits`, which is all 0, for each place that holds, and leaves the others. */
  mark(bits: Uint8Array, operator: FilterOperator, literals: readonly Literal[]): void;
}

/** Makes the column of a dataset or a field that isn't there: all its cells are null. */
export function openNullColumn(): PlaceColumn {
  return {
    mark: (bits, operator) => {
      if (operator === 'NOT IN') bits.fill(1);
    },
  };
}

/**
 * Opens a column.
 *
 * @param rows  the row of each place, -1 where the dataset has none; its cells are null then
 */
export function openColumn({ kind, cells }: FilterCells, rows: Int32Array): PlaceColumn {
  return kind === 'number' ? openNumbers(cells, rows) : openTexts({ kind, cells }, rows);
}

function openNumbers(cells: readonly string[], rows: Int32Array): PlaceColumn {
  const numbers = Float64Array.from(rows, (row) => toNumber(cells[row] ?? ''));
  return {
    mark: (bits, operator, literals) => {
      if (operator === 'IN' || operator === 'NOT IN') {
        const wanted = new Set(literals.map(({ number }) => number).filter((number) => !Number.isNaN(number)));
        const isIn = operator === 'IN';
        markNumbers(bits, numbers, (number) => wanted.has(number) === isIn);
        return;
      }
      const compared = literals[0]?.number ?? Number.NaN;
      markNumbers(bits, numbers, (number) => compareNumbers(number, operator, compared));
    },
  };
}

function markNumbers(bits: Uint8Array, numbers: Float64Array, isHeld: (number: number) => boolean): void {
  for (let place = 0; place < numbers.length; place++) if (isHeld(numbers[place] ?? Number.NaN)) bits[place] = 1;
}

function openTexts({ kind, cells }: Omit<FilterCells, 'name'>, rows: Int32Array): PlaceColumn {
  const places = new Map<string, number[]>();
  for (const [place, row] of rows.entries()) {
    for (const value of valuesOf(kind, cells[row] ?? '')) {
      const known = places.get(value);
      if (known === undefined) places.set(value, [place]);
      else known.push(place);
    }
  }
  return {
    mark: (bits, operator, literals) => {
      if (operator === 'NOT IN') bits.fill(1);
      const bit = operator === 'NOT IN' ? 0 : 1;
      for (const { text } of literals) for (const place of places.get(text) ?? []) bits[place] = bit;
    },
  };
}
