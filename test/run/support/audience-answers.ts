/** Has the segment answers of a run hold the users that a test wants, and reads what the run has written. */
import { createHash } from 'node:crypto';
import { z } from 'zod';
import { manifestSchema, type StoredManifest } from '../../../src/run/audiences/manifest-schema';
import { place } from '../../../src/run/engines';
import { startRun } from '../../../src/run/start-run';
import { listObjects, readSmallObject } from '../../../src/storage/objects';
import { driveToOutput, readLines, writeLines } from './outputs';
import type { audienceSource, Rig } from './world';

const lineSchema = z.object({ input: z.object({ itemAttributes: z.string() }) });

/** Starts a run for a slot and puts these users, the most interested first, into the answer of every query. */
export async function beginWith(
  rig: Rig,
  source: ReturnType<typeof audienceSource>,
  given: { readonly slot: string; readonly users: readonly string[] },
): Promise<string> {
  const { runId } = await startRun(rig.engines, { source, slot: given.slot, again: false });
  const output = await driveToOutput(rig, runId);
  const lines = await readLines(rig, output);
  const answers = lines.map((line) => {
    const { input } = lineSchema.parse(JSON.parse(line));
    return JSON.stringify({ input, output: { usersList: given.users }, error: null });
  });
  await writeLines(rig, output, answers);
  return runId;
}

/** Reads the files below a prefix: name → text. */
export async function readFolder({ engines }: Rig, prefix: string): Promise<ReadonlyMap<string, string>> {
  const folder = place(engines, prefix);
  const files = new Map<string, string>();
  for (const { key } of await listObjects(engines.s3, folder)) {
    const text = (await readSmallObject(engines.s3, { bucket: folder.bucket, key })).toString('utf8');
    files.set(key.slice(folder.key.length), text);
  }
  return files;
}

/** Reads the manifest among the files of a folder. */
export function manifestOf(files: ReadonlyMap<string, string>, name: string): StoredManifest {
  return manifestSchema.parse(JSON.parse(files.get(`${name}.manifest.json`) ?? ''));
}

/** Tells the first cells of the rows of a CSV file, without its header. */
export function firstCells(text: string | undefined): readonly string[] {
  const [, ...lines] = (text ?? '').trimEnd().split('\r\n');
  return lines.map((line) => line.split(',')[0] ?? '');
}

export function sha256(text: string | undefined): string {
  return createHash('sha256')
    .update(text ?? '')
    .digest('hex');
}
