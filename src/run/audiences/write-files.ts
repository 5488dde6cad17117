/** Writes the files of one format of an audience to S3: whole, or what has changed since the version that was delivered last. */
import type { Cells, Change } from '../../audience/formats/format';
import { mergeSorted } from '../../audience/merge';
import {
  compareLines,
  dropRepeated,
  intersectSorted,
  joinLines,
  readRowLines,
  subtractSorted,
} from '../../audience/rows';
import type { DeliveredRows } from '../../database/audiences/delivered-rows';
import { headObject, readObject, writeObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { place } from '../engines';
import type { StageContext } from '../stage';
import { countRows, record } from './audience-members';
import { type ChangeChoice, chooseChange } from './choose-change';
import { cutFiles } from './cut-files';
import type { GatheredRows } from './gather-rows';
import type { PartCase } from './part-case';

/** A file of the manifest. */
export interface WrittenFile {
  readonly name: string;
  readonly change: Change;
  readonly uri: string;
  readonly rows: number;
  readonly bytes: number;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly contentType: string;
}

export interface WrittenFormat {
  readonly gathered: GatheredRows;
  readonly choice: ChangeChoice;
  readonly rows: DeliveredRows;
  readonly files: readonly WrittenFile[];
}

type Lines = AsyncIterable<readonly string[]>;

/** Writes all files of one format; done again it writes the same bytes to the same keys. */
export async function writeFormat(given: PartCase, gathered: GatheredRows): Promise<WrittenFormat> {
  const { context, job, base } = given;
  const { format, layout, lines } = gathered;
  const columns = JSON.stringify(format.columns(gathered.context).map(({ header, form }) => [header, form]));
  const delivered = await readable(context, base.rows.get(format.name));
  const unfinished: (DeliveredRows | undefined)[] = [];
  for (const rows of base.unfinished) unfinished.push(await readable(context, rows.get(format.name)));
  const hasDelivered = base.version !== undefined;
  const choice = chooseChange({
    format,
    rules: job.audience.change,
    columns,
    hasDelivered,
    hasNewDestination: base.hasNewDestination,
    delivered,
    unfinished,
  });
  const kept = job.audience.change.files === 'full' ? undefined : await keepRows(given, gathered);
  const now = () => (kept === undefined ? lines.read() : readLines(context, kept.uri));
  const before = () => readLines(context, delivered?.uri);
  // A version that never came to its end may have been taken or not: what may be there is removed, what may lack is added.
  const maybe = () => unfinished.map((rows) => readLines(context, rows?.uri));
  const anyBefore = () => dropRepeated(mergeSorted([before(), ...maybe()], compareLines), layout.identityOf);
  const surelyBefore = () => maybe().reduce((lines, other) => intersectSorted(lines, other, layout.keyOf), before());
  const sources: Readonly<Record<Change, () => Lines>> = {
    full: now,
    add: () => subtractSorted(now(), surelyBefore(), layout.keyOf),
    remove: () => subtractSorted(anyBefore(), now(), layout.identityOf),
  };
  const files: WrittenFile[] = [];
  for (const change of choice.files) files.push(...(await writeChange(given, gathered, change, sources[change]())));
  const wholeRows = files.filter(({ change }) => change === 'full').reduce((sum, { rows }) => sum + rows, 0);
  const rows = {
    format: format.name,
    version: format.version,
    columns,
    uri: kept?.uri,
    rows: kept?.rows ?? wholeRows,
    sinceFull: choice.sinceFull,
  };
  return { gathered, choice, rows, files };
}

/** Rows whose file somebody has deleted can't be compared with. */
async function readable(
  { engines }: StageContext,
  rows: DeliveredRows | undefined,
): Promise<DeliveredRows | undefined> {
  if (rows?.uri === undefined) return undefined;
  return (await headObject(engines.s3, parseS3Uri(rows.uri))) === undefined ? undefined : rows;
}

/** Writes the row file, by which a later version tells what has changed. */
async function keepRows(given: PartCase, { format, lines }: GatheredRows): Promise<{ uri: string; rows: number }> {
  const { engines } = given.context;
  const counted = { count: 0 };
  const uri = place(engines, `${given.folder}${format.name}.rows.tsv`);
  const written = await writeObject(engines.s3, uri, joinLines(countRows(lines.read(), counted)), {
    contentType: 'text/tab-separated-values',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  return { uri: written.uri, rows: counted.count };
}

function readLines({ engines }: StageContext, uri: string | undefined): Lines {
  return uri === undefined ? none() : readRowLines(readObject(engines.s3, parseS3Uri(uri)));
}

async function* none(): AsyncGenerator<never> {
  yield* [];
}

/** Writes the files of one kind. Of a whole file there is always one; changes of no rows have none. */
async function writeChange(
  given: PartCase,
  gathered: GatheredRows,
  change: Change,
  lines: Lines,
): Promise<readonly WrittenFile[]> {
  const { format } = gathered;
  const written: WrittenFile[] = [];
  const limits = { ...format.file, headBytes: await headBytes(gathered, change), rowBytes: format.rowBytes };
  for await (const rows of cutFiles(readCells(gathered, lines), limits)) {
    given.context.signal.throwIfAborted();
    written.push(await writeFile(given, gathered, { change, nth: written.length + 1, rows }));
  }
  if (written.length === 0 && change === 'full')
    written.push(await writeFile(given, gathered, { change, nth: 1, rows: none() }));
  return written;
}

async function* readCells({ layout }: GatheredRows, lines: Lines): AsyncGenerator<readonly Cells[]> {
  for await (const batch of lines) yield batch.map(layout.read);
}

async function headBytes({ format, context }: GatheredRows, change: Change): Promise<number> {
  if (format.file.maxBytes === undefined) return 0;
  let bytes = 0;
  for await (const chunk of format.write(none(), context, change)) bytes += chunk.length;
  return bytes;
}

interface FileWish {
  readonly change: Change;
  /** From 1. */
  readonly nth: number;
  readonly rows: AsyncIterable<readonly Cells[]>;
}

async function writeFile(
  given: PartCase,
  { format, context }: GatheredRows,
  { change, nth, rows }: FileWish,
): Promise<WrittenFile> {
  const { engines, run } = given.context;
  const name = nameFile(given.fileName, format, { change, nth });
  const counted = { count: 0 };
  const uri = place(engines, `${given.job.audience.to}${run.runId}/${name}`);
  const { contentType } = format.file;
  const written = await writeObject(engines.s3, uri, format.write(countRows(rows, counted), context, change), {
    contentType,
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(given.context, { kind: 'audience', name, rows: counted.count, written });
  return { name, change, ...written, rows: counted.count, contentType };
}

/** `tea.csv`, `tea.meta.csv`, `tea.b.meta.remove.002.csv`: what goes without saying is left out. */
export function nameFile(
  audience: string,
  format: { readonly name: string; readonly file: { readonly extension: string } },
  { change, nth }: Omit<FileWish, 'rows'>,
): string {
  const { extension } = format.file;
  return [
    audience,
    ...(format.name === extension ? [] : [format.name]),
    ...(change === 'full' ? [] : [change]),
    ...(nth === 1 ? [] : [String(nth).padStart(3, '0')]),
    extension,
  ].join('.');
}
