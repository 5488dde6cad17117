/** `runs/<id>/started.json`: what a run leaves on S3 before it buys or sends anything, so that a lost database is noticed (D5). */
import { z } from 'zod';
import { isNightjarError } from '../../errors';
import { writeIfAbsent } from '../../storage/folders';
import { readSmallObject } from '../../storage/objects';
import { type Engines, place } from '../engines';

const recordSchema = z.object({
  version: z.literal(1),
  instance: z.string(),
  run: z.string(),
  job: z.string(),
  slot: z.string(),
  n: z.number().int(),
  kind: z.enum(['email', 'audience']),
  createdAt: z.iso.datetime(),
  /** Random, and stored in the database as well. */
  nonce: z.string(),
});

export type StartRecord = z.infer<typeof recordSchema>;

type StoreEngines = Pick<Engines, 'settings' | 's3'>;

/** Reads the start of a run; undefined where there is none. */
export async function readStart(engines: StoreEngines, runId: string): Promise<StartRecord | undefined> {
  const text = await readSmallObject(engines.s3, startPlace(engines, runId)).catch((error: unknown) => {
    if (isNightjarError(error) && error.code === 'E_OBJECT_MISSING') return undefined;
    throw error;
  });
  if (text === undefined) return undefined;
  return recordSchema.parse(JSON.parse(text.toString('utf8')));
}

/**
 * Writes the start of a run and answers whose stands there: ours, or that of another database that was faster.
 * The store decides where it knows conditional writes.
 */
export async function writeStart(engines: StoreEngines, record: StartRecord): Promise<StartRecord | undefined> {
  await writeIfAbsent(engines.s3, startPlace(engines, record.run), `${JSON.stringify(record, null, 2)}\n`, {
    contentType: 'application/json',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  return readStart(engines, record.run);
}

function startPlace(engines: StoreEngines, runId: string) {
  return place(engines, `runs/${runId}/started.json`);
}
