/** Counts the users that segment jobs have returned, by which they are billed. */
import { z } from 'zod';
import type { BatchJobRow } from '../database/batch-jobs';
import { listShards } from '../database/shards';
import type { Engines } from './engines';
import { writeSpecSchema } from './locate-output';

/** Of what a write shard has found. */
const resultSchema = z.object({ segmentUsers: z.number() });

/** Batch job name → users of all its queries; empty until every audience of the run is written. */
export async function countReturnedUsers(
  { db }: Pick<Engines, 'db'>,
  runId: string,
  jobs: readonly BatchJobRow[],
): Promise<ReadonlyMap<string, number>> {
  const shards = await listShards(db, runId, 'write');
  if (shards.length === 0 || shards.some(({ done }) => !done)) return new Map();
  const users = new Map(jobs.map(({ name }) => [name, 0]));
  for (const { spec, result } of shards) {
    const uri = writeSpecSchema.parse(spec).line?.uri;
    const job = uri === undefined ? undefined : jobs.find(({ outputUri }) => uri.startsWith(outputUri));
    if (job === undefined) continue;
    users.set(job.name, (users.get(job.name) ?? 0) + resultSchema.parse(result).segmentUsers);
  }
  return users;
}
