/** Stores a file of an audience on S3, under the name that tells what it is. */
import type { Change } from '../../audience/formats/format';
import { writeObject } from '../../storage/objects';
import { place } from '../engines';
import type { GatheredRows } from './add-rows';
import { record } from './audience-members';
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

/** Which file of its format it is. */
export interface FilePlace {
  readonly change: Change;
  /** From 1. */
  readonly nth: number;
}

interface FileBytes extends FilePlace {
  readonly chunks: AsyncIterable<Uint8Array>;
  /** Its rows, once they are read. */
  readonly counted: { readonly count: number };
}

/** Stores a file, and records it with the run. */
export async function storeFile(
  given: PartCase,
  { format }: GatheredRows,
  { change, nth, chunks, counted }: FileBytes,
): Promise<WrittenFile> {
  const { engines, run } = given.context;
  const name = nameFile(given.filesName ?? given.fileName, format, { change, nth });
  const uri = place(engines, `${given.job.audience.to}${run.runId}/${name}`);
  const { contentType } = format.file;
  const written = await writeObject(engines.s3, uri, chunks, {
    contentType,
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(given.context, { kind: 'audience', name, rows: counted.count, written });
  return { name, change, ...written, rows: counted.count, contentType };
}

/** `tea.csv`, `tea.meta.csv`, `tea.b.meta.remove.002.csv`: what goes without saying is left out. */
function nameFile(
  audience: string,
  format: { readonly name: string; readonly file: { readonly extension: string } },
  { change, nth }: FilePlace,
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
