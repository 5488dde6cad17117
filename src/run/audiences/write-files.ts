/** Writes the files of one format of an audience to S3: whole, or what has changed since the version that was delivered last. */

import { countLines, type LineBlock } from '../../audience/block-buffer';
import type { Cells, Change } from '../../audience/formats/format';
import { mergeSorted } from '../../audience/merge';
import { compareLines, dropRepeated, intersectSorted, readRowLines, subtractSorted } from '../../audience/rows';
import type { DeliveredRows } from '../../database/audiences/delivered-rows';
import { headObject, readObject, writeObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { place } from '../engines';
import type { StageContext } from '../stage';
import type { GatheredRows } from './add-rows';
import { countRows } from './audience-members';
import { type ChangeChoice, chooseChange } from './choose-change';
import { cutFiles } from './cut-files';
import type { PartCase } from './part-case';
import { type FilePlace, storeFile, type WrittenFile } from './store-file';

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
  const now = () => (kept === undefined ? readRowLines(countLines(lines.read())) : readLines(context, kept.uri));
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
  for (const change of choice.files) {
    if (change === 'full' && format.writeLines !== undefined) files.push(await writeWhole(given, gathered));
    else files.push(...(await writeChange(given, gathered, change, sources[change]())));
  }
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
  const written = await writeObject(engines.s3, uri, countLines(lines.read(), counted), {
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

/** Writes the whole audience into one file, as bytes. */
async function writeWhole(given: PartCase, gathered: GatheredRows): Promise<WrittenFile> {
  const counted = { count: 0 };
  const blocks = countBlocks(gathered.lines.read(), counted, given.context.signal);
  const chunks = gathered.format.writeLines?.(blocks) ?? none();
  return storeFile(given, gathered, { change: 'full', nth: 1, counted, chunks });
}

async function* countBlocks(
  blocks: AsyncIterable<LineBlock>,
  counted: { count: number },
  signal: AbortSignal,
): AsyncGenerator<LineBlock> {
  for await (const block of blocks) {
    signal.throwIfAborted();
    counted.count += block.lines;
    yield block;
  }
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

interface FileWish extends FilePlace {
  readonly rows: AsyncIterable<readonly Cells[]>;
}

async function writeFile(
  given: PartCase,
  gathered: GatheredRows,
  { change, nth, rows }: FileWish,
): Promise<WrittenFile> {
  const counted = { count: 0 };
  const chunks = gathered.format.write(countRows(rows, counted), gathered.context, change);
  return storeFile(given, gathered, { change, nth, counted, chunks });
}
