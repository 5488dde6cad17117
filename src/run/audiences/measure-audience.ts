/** The stage collect of an audience run whose guard asks for sizes: every audience is measured before the first file is written. */
import { z } from 'zod';
import { moveRun } from '../../database/runs/runs';
import { addShards, findShard, finishShard, listShards } from '../../database/runs/shards';
import type { AudienceJob } from '../../job/definition';
import { writeSpecSchema } from '../buying/locate-output';
import { PAUSED, pauseOnTrip, stopAtTrips } from '../guards/check';
import { checkMembers } from '../guards/members';
import { DONE, type StageContext } from '../stage';
import { admitAll, ensureMemberFile } from './audience-members';

/** What is measured of a query: the users in the answer, and those who may be addressed. */
export const measureSchema = z.object({ name: z.string(), segmentUsers: z.number(), members: z.number() });

/** Measures the audience of one query. */
export async function measureQuery(context: StageContext, job: AudienceJob): Promise<typeof DONE> {
  const { engines, run, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'collect', shard });
  if (row === undefined || row.done) return DONE;
  const spec = writeSpecSchema.parse(row.spec);
  const query = job.segment.queries.find((candidate) => candidate.name === spec.query);
  if (query === undefined) return DONE;
  const file = await ensureMemberFile({ context, job, query, spec });
  let members = 0;
  for await (const _ of admitAll({ context, job }, { uri: file.uri, reasons: new Map() })) members += 1;
  const result: z.infer<typeof measureSchema> = { name: query.name, segmentUsers: file.count, members };
  await finishShard(engines.db, run.runId, { stage: 'collect', shard, result, now: engines.now() });
  return DONE;
}

/** Begins the writing, if no guard trips on the sizes. */
export async function closeMeasuring({ engines, run }: StageContext, job: AudienceJob): Promise<typeof DONE> {
  const shards = await listShards(engines.db, run.runId, 'collect');
  if (shards.some(({ done }) => !done)) return DONE;
  const sizes = shards.map(({ result }) => measureSchema.parse(result));
  const checked = await pauseOnTrip({ engines, run }, 'collecting', async () => {
    await stopAtTrips({ engines, run }, await checkMembers(engines, { job, slot: run.slot, sizes }));
  });
  if (checked === PAUSED) return DONE;
  await addShards(engines.db, run.runId, { stage: 'write', specs: shards.map(({ spec }) => spec) });
  await moveRun(engines.db, run.runId, { from: 'collecting', to: 'writing', now: engines.now() });
  return DONE;
}
