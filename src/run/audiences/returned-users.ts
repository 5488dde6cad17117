/** Counts the users that segment jobs have returned, by which they are billed. */
import { z } from 'zod';
import type { BatchJobRow } from '../../database/buying/batch-jobs';
import { listShards } from '../../database/runs/shards';
import { writeSpecSchema } from '../buying/locate-output';
import type { Engines } from '../engines';

/** Of what a shard has found. */
const resultSchema = z.object({ segmentUsers: z.number() });

/** Batch job name → users of all its queries; empty until the answer to every query is read. */
export async function countReturnedUsers(
  { db }: Pick<Engines, 'db'>,
  runId: string,
  jobs: readonly BatchJobRow[],
): Promise<ReadonlyMap<string, number>> {
  if (jobs.every(({ kind }) => kind !== 'segment')) return new Map();
  const shards = await listShards(db, runId, 'collect');
  if (shards.length === 0 || shards.some(({ done }) => !done)) return new Map();
  const users = new Map(jobs.map(({ name }) => [name, 0]));
  const counted = new Set<string>();
  for (const { spec, result } of shards) {
    for (const line of writeSpecSchema.parse(spec).lines) {
      const job = jobs.find(({ outputUri }) => line.uri.startsWith(outputUri));
      // Equal queries share a line, which is bought once.
      const place = `${line.start} ${line.uri}`;
      if (job === undefined || counted.has(place)) continue;
      counted.add(place);
      users.set(job.name, (users.get(job.name) ?? 0) + (line.users ?? resultSchema.parse(result).segmentUsers));
    }
  }
  return users;
}
