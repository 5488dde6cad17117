/** Reads decimal commas of prices and values as decimal points, where they can be read in one way only. */
import type { ImportKind } from './column-mapping';
import { type ImportProblem, showValue } from './findings';
import type { Cell, FileRow, RowListener, RowSource } from './row';
import type { DecimalSign } from './text-format';
import type { Reader } from './values';

/** The columns that hold amounts. */
const COLUMNS: Readonly<Partial<Record<ImportKind, string>>> = { items: 'price', interactions: 'event_value' };

/** How many rows are looked at before the first is read. */
const SAMPLED_ROWS = 500;

/** A kind of file and the decimal sign that it is said to have. */
export interface DecimalWish {
  readonly kind: ImportKind;
  /** Unless given it is recognised in files with semicolons or tabs, by the values. */
  readonly decimal: DecimalSign | undefined;
}

/** Makes a source whose amounts have decimal points; of anything but CSV files they are left as they are. */
export function readDecimals(source: RowSource, wish: DecimalWish): RowSource {
  const column = COLUMNS[wish.kind];
  if (column === undefined || wish.decimal === '.') return source;
  return {
    name: source.name,
    findUnreadable: () => source.findUnreadable(),
    readRows: (listener) => readRows(source, { ...wish, column, listener }),
  };
}

interface Reading extends DecimalWish {
  readonly column: string;
  readonly listener: RowListener;
}

async function* readRows(source: RowSource, reading: Reading): AsyncGenerator<readonly FileRow[]> {
  const { decimal, listener } = reading;
  const amounts = createAmounts(reading);
  let waiting: FileRow[] | undefined = [];
  for await (const rows of source.readRows(listener)) {
    const { separator } = listener.findings.format;
    if (separator === undefined || (separator === ',' && decimal === undefined)) {
      yield rows;
      continue;
    }
    waiting?.push(...rows);
    if (waiting !== undefined && waiting.length < SAMPLED_ROWS) continue;
    if (waiting !== undefined) amounts.learn(waiting);
    yield (waiting ?? rows).map(amounts.rewrite);
    waiting = undefined;
  }
  if (waiting === undefined || waiting.length === 0) return;
  amounts.learn(waiting);
  yield waiting.map(amounts.rewrite);
}

/** What the form of a number says of its decimal sign; `whole` are all others, also what is no number. */
type Form = 'comma' | 'point' | 'either' | 'whole';

const COMMA = /^[+-]?(?:\d*,(?:\d{1,2}|\d{4,})|(?:0\d*|\d{4,}),\d+|\d{1,3}(?:\.\d{3})+,\d+|\d{1,3}(?:\.\d{3}){2,})$/;
const POINT = /^[+-]?(?:\d*\.(?:\d{1,2}|\d{4,})|(?:0\d*|\d{4,})\.\d+|\d{1,3}(?:,\d{3})+\.\d+|\d{1,3}(?:,\d{3}){2,})$/;
const EITHER = /^[+-]?\d{1,3}[.,]\d{3}$/;
/** Blanks between the digits of large numbers, as French spreadsheets write them. */
const BLANKS = /(?<=\d)[ \u00a0\u202f](?=\d{3}(?!\d))/g;

function formOf(text: string): Form {
  const number = text.replace(BLANKS, '');
  if (COMMA.test(number)) return 'comma';
  if (POINT.test(number)) return 'point';
  return EITHER.test(number) ? 'either' : 'whole';
}

/** Writes a number with decimal comma in the form that numbers have elsewhere. */
function withPoint(text: string): string {
  return text.replace(BLANKS, '').replaceAll('.', '').replace(',', '.');
}

/** Reads a number of either form, for guessing what a column holds. */
export function readAmount(read: Reader<number>): Reader<number> {
  return (text) => read(formOf(text) === 'comma' ? withPoint(text) : text);
}

interface Certain {
  readonly sign: DecimalSign;
  readonly line: number;
  readonly text: string;
}

/** Learns the sign from the first number that can be read in one way only, and holds the others against it. */
function createAmounts({ kind, column, decimal, listener: { findings } }: Reading) {
  let certain: Certain | undefined;
  let told = false;
  const learn = ({ line, cells }: FileRow) => {
    const text = readText(cells.get(column));
    const form = formOf(text);
    if (form !== 'comma' && form !== 'point') return;
    certain ??= { sign: form === 'comma' ? ',' : '.', line, text };
    if (form === 'comma') findings.noteFormat({ decimal: ',' });
  };
  const rewriteText = (text: string, line: number): string | undefined => {
    const settled = settle(text, { decimal, certain });
    // One report is enough: what mends it mends the whole column.
    if (settled === undefined && !told) findings.addProblem({ line, ...explain(text, { kind, column, certain }) });
    told ||= settled === undefined;
    return settled;
  };
  return {
    learn: (rows: readonly FileRow[]) => rows.forEach(learn),
    rewrite(row: FileRow): FileRow {
      const text = readText(row.cells.get(column));
      if (text === '') return row;
      learn(row);
      const settled = rewriteText(text, row.line);
      const cells = new Map(row.cells);
      if (settled === undefined) cells.delete(column);
      else cells.set(column, settled);
      return { line: row.line, cells };
    },
  };
}

interface Known {
  readonly decimal: DecimalSign | undefined;
  readonly certain: Certain | undefined;
}

/** Gives the number with a point; undefined where it could be two numbers, or has another sign than the rest. */
function settle(text: string, { decimal, certain }: Known): string | undefined {
  const form = formOf(text);
  if (form === 'whole') return /^[+-]?[\d \u00a0\u202f]+$/.test(text) ? text.replace(BLANKS, '') : text;
  if (decimal === ',') return form === 'point' ? text : withPoint(text);
  const sign = form === 'comma' || (form === 'either' && text.includes(',')) ? ',' : '.';
  if (certain?.sign !== sign) return undefined;
  return sign === ',' ? withPoint(text) : text;
}

function readText(cell: Cell | undefined): string {
  return typeof cell === 'string' ? cell.trim() : '';
}

interface Doubt {
  readonly kind: ImportKind;
  readonly column: string;
  readonly certain: Certain | undefined;
}

function explain(text: string, { kind, column, certain }: Doubt): Omit<ImportProblem, 'line'> {
  const other = certain === undefined ? '' : ` and in line ${certain.line} ${showValue(certain.text)}`;
  return {
    message: `${column} is ${showValue(text)}${other}; expected numbers that can be read in one way only`,
    fix: `say which is the decimal sign in config/import.yaml: ${kind}: { decimal: "," }`,
  };
}
