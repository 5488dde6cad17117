/** The stage collect of an audience run: the answer to one query becomes a member file. */
import { z } from 'zod';
import { findShard, finishShard } from '../../database/runs/shards';
import type { AudienceJob } from '../../job/audience-job';
import { writeSpecSchema } from '../buying/locate-output';
import { DONE, type StageContext } from '../stage';
import { ensureMemberFile } from './audience-members';

/** What is found of a query: the users in the answer. */
export const collectedQuerySchema = z.object({ name: z.string(), segmentUsers: z.number() });

/** Makes the member file of one query; done again it uses the one that is there. */
export async function collectQuery(context: StageContext, job: AudienceJob): Promise<typeof DONE> {
  const { engines, run, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'collect', shard });
  if (row === undefined || row.done) return DONE;
  const spec = writeSpecSchema.parse(row.spec);
  const query = job.segment.queries.find((candidate) => candidate.name === spec.query);
  if (query === undefined) return DONE;
  const file = await ensureMemberFile({ context, job, query, spec });
  const result: z.infer<typeof collectedQuerySchema> = { name: query.name, segmentUsers: file.count };
  await finishShard(engines.db, run.runId, { stage: 'collect', shard, result, now: engines.now() });
  return DONE;
}
