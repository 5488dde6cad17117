/** Shows how the columns of files are taken, in words. */
import type { ColumnMapping } from '../../run/import/column-mapping';
import { KNOWN_COLUMNS } from '../../run/import/column-names';
import { showValue } from '../../run/import/findings';
import type { FileSample, GuessedKind } from '../../run/import/guess-columns';

/** A file's first rows, and how its columns are taken. */
export interface Guess {
  readonly kind: GuessedKind;
  readonly sample: FileSample;
  readonly mapping: ColumnMapping;
}

/** Writes a line for each file: what is renamed, what stays, what becomes an attribute, what is left out or missing. */
export function describeMapping({ kind, sample, mapping }: Guess): string {
  const known = KNOWN_COLUMNS[kind].map((column) => column.name);
  const origins = new Map(Object.entries(mapping.columns).map(([name, { column }]) => [column, name]));
  const skipped = new Set(mapping.skip);
  const left = sample.columns.filter((column) => !skipped.has(column));
  const renamed = left.filter((column) => (origins.get(column) ?? column) !== column);
  const same = left.filter((column) => !renamed.includes(column) && known.includes(column));
  const others = left.filter((column) => !renamed.includes(column) && !known.includes(column));
  const taken = new Set([...same, ...origins.values()]);
  const missing = KNOWN_COLUMNS[kind].filter((column) => column.isRequired && !taken.has(column.name));
  return [
    `  ${kind.padEnd(13)} ${[...renamed.map((column) => `${origins.get(column)} ← ${plain(column)}`), ...same].join(', ')}`,
    ...describeWords(mapping),
    ...list(kind === 'interactions' ? 'not imported' : 'attributes', others),
    ...list('left out', mapping.skip),
    ...list(
      'missing',
      missing.map((column) => column.name),
    ),
    ...(kind === 'contacts' && !taken.has('consent')
      ? ['                no column says who agreed to e-mails: nobody will be written to before one does (consent)']
      : []),
  ].join('\n');
}

function describeWords({ columns }: ColumnMapping): readonly string[] {
  return Object.entries(columns).flatMap(([name, { words }]) => {
    if (words === undefined) return [];
    const pairs = Object.entries(words).map(([word, meaning]) => `${plain(word)} is ${meaning}`);
    return [`                in ${name}, ${pairs.join(', ')}`];
  });
}

function list(title: string, names: readonly string[]): readonly string[] {
  return names.length === 0 ? [] : [`                ${title}: ${names.map(plain).join(', ')}`];
}

/** Columns are the file's own texts: what could steer a terminal is spelled out. */
function plain(name: string): string {
  return /^[\p{L}\p{N} _.-]+$/u.test(name) ? name : showValue(name);
}
