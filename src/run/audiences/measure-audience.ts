/** The stage measure of an audience run whose guard asks for sizes: every audience is measured before the first file is written. */
import { z } from 'zod';
import { moveRun } from '../../database/runs/runs';
import { addShards, findShard, finishShard, listShards } from '../../database/runs/shards';
import type { AudienceJob } from '../../job/audience-job';
import { PAUSED, pauseOnTrip, stopAtTrips } from '../guards/check';
import { checkMembers } from '../guards/members';
import { DONE, type Stage, type StageContext } from '../stage';
import { audiencesOf, isMade } from './audiences-of';
import { countChosen } from './choose-members';
import { findLeftBehind } from './withdraw-audience';

/** The shards of the stages measure, write and deliver: one audience each. */
export const audienceSpecSchema = z.object({ audience: z.string() });

const measureSchema = z.object({ name: z.string(), members: z.number() });

/** Counts the members of one audience. */
export const measure: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'measure', shard });
  if (bundle.job.kind !== 'audience' || row === undefined || row.done) return DONE;
  const { audience } = audienceSpecSchema.parse(row.spec);
  const { members } = await countChosen({ context, job: bundle.job, audience });
  const result: z.infer<typeof measureSchema> = { name: audience, members };
  await finishShard(engines.db, run.runId, { stage: 'measure', shard, result, now: engines.now() });
  return DONE;
};

/** Begins the writing once all queries have their member files; where a guard asks for sizes, when none of them trips it. */
export async function closeQueries({ engines, run }: StageContext, job: AudienceJob): Promise<typeof DONE> {
  const specs = audiencesOf(job).map(({ name }) => ({ audience: name }));
  if (job.guard?.members !== undefined) {
    const measured = await listShards(engines.db, run.runId, 'measure');
    if (measured.length === 0) {
      await addShards(engines.db, run.runId, { stage: 'measure', specs });
      return DONE;
    }
    if (measured.some(({ done }) => !done)) return DONE;
    const sizes = measured.map(({ result }) => measureSchema.parse(result));
    const checked = await pauseOnTrip({ engines, run }, 'collecting', async () => {
      await stopAtTrips({ engines, run }, await checkMembers(engines, { job, run, sizes }));
    });
    if (checked === PAUSED) return DONE;
  }
  const { withdrawn } = await findLeftBehind(engines, job, run);
  const others = new Set(withdrawn.map(({ audience }) => audience).filter((name) => !isMade(job, name)));
  const all = [...specs, ...[...others].map((audience) => ({ audience }))];
  await addShards(engines.db, run.runId, { stage: 'write', specs: all });
  // Done again after a crash it may find others: what is written is what is delivered.
  const written = (await listShards(engines.db, run.runId, 'write')).map(({ spec }) => spec);
  await addShards(engines.db, run.runId, { stage: 'deliver', specs: written });
  await moveRun(engines.db, run.runId, { from: 'collecting', to: 'writing', now: engines.now() });
  return DONE;
}
