/** Reads the cells of a row by column, and reports those that are wrong. */
import { type FileFindings, showValue } from './findings';
import type { FileRow } from './row';
import { type Reader, type Reading, readText } from './values';

/** A row and where its problems go. */
export interface RowScope {
  readonly row: FileRow;
  readonly findings: FileFindings;
}

/** Reads a cell; undefined where it is empty, or wrong and reported. */
export function readCell<T>(scope: RowScope, column: string, reader: Reader<T>): T | undefined {
  const cell = scope.row.cells.get(column);
  if (cell === undefined) return undefined;
  if (typeof cell !== 'string') {
    return report(scope, { column, shown: 'a list' }, { expected: 'one value', fix: 'write one value' });
  }
  const text = cell.trim();
  return text === '' ? undefined : settle(scope, { column, shown: showValue(text) }, reader(text));
}

/** Reads a cell that must not be empty; undefined where it is wrong and reported. */
export function requireCell<T>(scope: RowScope, column: string, reader: Reader<T>): T | undefined {
  const before = scope.findings.count;
  const value = readCell(scope, column, reader);
  if (value !== undefined || scope.findings.count > before) return value;
  return report(
    scope,
    { column, shown: 'empty' },
    { expected: 'a value in every row', fix: `fill ${column} or remove the row` },
  );
}

/** Reads a required id, whose blanks would silently keep it from matching. */
export function requireId(scope: RowScope, column: string, reader: Reader<string>): string | undefined {
  const cell = scope.row.cells.get(column);
  if (typeof cell === 'string' && cell !== cell.trim() && cell.trim() !== '') {
    const fix = `write ${showValue(cell.trim())}`;
    return report(scope, { column, shown: showValue(cell) }, { expected: 'no blanks around an id', fix });
  }
  return requireCell(scope, column, reader);
}

/** Reads a cell of parts separated by `|`, or a JSON list; undefined where it is empty, or wrong and reported. */
export function readParts<T>(
  scope: RowScope,
  column: string,
  reader: (parts: readonly string[]) => Reading<T>,
): T | undefined {
  const cell = scope.row.cells.get(column);
  if (cell === undefined) return undefined;
  const parts = (typeof cell === 'string' ? cell.split('|') : cell).map((part) => part.trim());
  if (parts.join('') === '') return undefined;
  const shown = showValue(parts.join('|'));
  const text = readText(parts.join('|'));
  return settle(scope, { column, shown }, 'value' in text ? reader(parts) : text);
}

/** Reads the columns that are not among `columns`: the attributes; empty ones are left out. */
export function readAttributes(scope: RowScope, columns: ReadonlySet<string>): Readonly<Record<string, string>> {
  const attributes: [string, string][] = [];
  for (const [column, cell] of scope.row.cells) {
    if (columns.has(column)) continue;
    const text = (typeof cell === 'string' ? cell : cell.join('|')).trim();
    const value = text === '' ? undefined : settle(scope, { column, shown: showValue(text) }, readText(text));
    if (value !== undefined) attributes.push([column, value]);
  }
  return Object.fromEntries(attributes);
}

interface Shown {
  readonly column: string;
  readonly shown: string;
}

function settle<T>(scope: RowScope, cell: Shown, reading: Reading<T>): T | undefined {
  return 'value' in reading ? reading.value : report(scope, cell, reading);
}

function report(
  scope: RowScope,
  { column, shown }: Shown,
  { expected, fix }: Exclude<Reading<never>, { value: never }>,
): undefined {
  const message = `${column} is ${shown}; expected ${expected}`;
  scope.findings.addProblem({ line: scope.row.line, message, fix });
  return undefined;
}
