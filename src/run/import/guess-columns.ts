/** Guesses which column of a file is which of nightjar's, by names and by the first rows. */
import { type ColumnMapping, type ColumnOrigin, IMPORT_KINDS, type ImportKind } from './column-mapping';
import { KNOWN_COLUMNS, type KnownColumn } from './column-names';
import { createFindings } from './findings';
import { FALSE_WORDS, TRUE_WORDS } from './flag-words';
import type { FileRow, RowSource } from './row';

/** The kinds whose columns can be guessed. */
export type GuessedKind = keyof typeof KNOWN_COLUMNS;
export const GUESSED_KINDS = IMPORT_KINDS.filter((kind: ImportKind): kind is GuessedKind => kind in KNOWN_COLUMNS);

/** The first rows of a file. */
export interface FileSample {
  readonly columns: readonly string[];
  readonly rows: readonly FileRow[];
  /** Columns of JSON objects that hold maps or lists of maps, which can't be imported. */
  readonly nested: ReadonlySet<string>;
}

const SAMPLED_ROWS = 500;

/** Reads the first rows; what is wrong in them is left to the import to tell. */
export async function sampleRows(source: RowSource, encoding?: string): Promise<FileSample> {
  const columns = new Set<string>();
  const rows: FileRow[] = [];
  const onColumns = (found: readonly string[]) => {
    for (const name of found) columns.add(name);
    return true;
  };
  const nested = new Set<string>();
  const onNested = (column: string) => void nested.add(column);
  const findings = createFindings().forFile(source.name);
  for await (const batch of source.readRows({ findings, encoding, onColumns, onNested })) {
    for (const row of batch) {
      rows.push(row);
      for (const name of row.cells.keys()) columns.add(name);
    }
    if (rows.length >= SAMPLED_ROWS) break;
  }
  return { columns: [...columns], rows: rows.slice(0, SAMPLED_ROWS), nested };
}

/** Guesses the mapping: a column under nightjar's own name stays, others are taken by their usual names where their values fit. */
export function guessColumns(kind: GuessedKind, sample: FileSample): ColumnMapping {
  const taken = new Set<string>();
  const skip = [...sample.nested];
  const columns: Record<string, ColumnOrigin> = {};
  for (const known of KNOWN_COLUMNS[kind]) {
    const own = sample.columns.find((column) => column === known.name && !sample.nested.has(column));
    const origin = own ?? findByName(known, { sample, taken });
    if (origin === undefined) continue;
    taken.add(origin);
    const isFlag = known.name === 'consent' || known.name === 'deleted';
    const words = isFlag ? guessWords(readTexts(origin, sample)) : undefined;
    if (own !== undefined && !known.isRequired && fitsNone(known, { column: own, sample, words })) skip.push(own);
    else if (own === undefined || words !== undefined) {
      columns[known.name] = { column: origin, ...(words === undefined ? {} : { words }) };
    }
  }
  return { columns, skip };
}

interface Search {
  readonly sample: FileSample;
  readonly taken: ReadonlySet<string>;
}

function findByName(known: KnownColumn, { sample, taken }: Search): string | undefined {
  const names = [plain(known.name), ...known.others];
  for (const name of names) {
    const found = sample.columns.find((column) => !taken.has(column) && plain(column) === name);
    if (found === undefined || sample.nested.has(found)) continue;
    if (known.isRequired || fitsAll(known, { column: found, sample })) return found;
  }
  return undefined;
}

/** `Customer ID`, `customer_id` and `customerId` are one name. */
function plain(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

interface Fit {
  readonly column: string;
  readonly sample: FileSample;
  readonly words?: Readonly<Record<string, string>> | undefined;
}

function fitsAll(known: KnownColumn, { column, sample }: Fit): boolean {
  const texts = readTexts(column, sample);
  const readsFlag = known.name === 'deleted' && guessWords(texts) !== undefined;
  return texts.length > 0 && (readsFlag || texts.every((text) => 'value' in known.read(text)));
}

function fitsNone(known: KnownColumn, { column, sample, words }: Fit): boolean {
  const texts = readTexts(column, sample);
  return words === undefined && texts.length > 0 && !texts.some((text) => 'value' in known.read(text));
}

function readTexts(column: string, { rows }: FileSample): readonly string[] {
  return rows.flatMap((row) => {
    const cell = row.cells.get(column);
    const texts = cell === undefined ? [] : typeof cell === 'string' ? [cell] : cell;
    return texts.map((text) => text.trim()).filter((text) => text !== '');
  });
}

/** Gives other systems' words for true and false their meaning, where the column holds nothing else; undefined where none is needed. */
function guessWords(texts: readonly string[]): Readonly<Record<string, string>> | undefined {
  const found = new Set(texts.map((text) => text.toLowerCase()));
  const foreign = [...found].filter((word) => word !== 'true' && word !== 'false');
  const isKnown = foreign.every((word) => TRUE_WORDS.has(word) || FALSE_WORDS.has(word));
  if (foreign.length === 0 || !isKnown) return undefined;
  return Object.fromEntries(foreign.sort().map((word) => [word, TRUE_WORDS.has(word) ? 'true' : 'false']));
}
