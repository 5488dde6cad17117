/** The stage deliver: the files that the stage write has made go where the job says, and from then on count as delivered. */
import { beginDelivery, endDelivery, findDelivered, listVersions } from '../../database/audiences/versions';
import { findShard, finishShard } from '../../database/runs/shards';
import { deleteOldVersions } from '../keep/delete-versions';
import { DONE, type Stage } from '../stage';
import type { AudienceCase } from './choose-members';
import { deliverVersion } from './deliver-version';
import { audienceSpecSchema } from './measure-audience';
import { withAudience, writeAudience } from './write-audience';

/** Delivers one audience; done again it delivers the same files. */
export const deliver: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'deliver', shard });
  const { job } = bundle;
  if (job.kind !== 'audience' || row === undefined || row.done) return DONE;
  const { audience } = audienceSpecSchema.parse(row.spec);
  const given = { context, job, audience };
  await withAudience(given, () => deliverAudience(given));
  await finishShard(engines.db, run.runId, { stage: 'deliver', shard, result: {}, now: engines.now() });
  return DONE;
};

async function deliverAudience(given: AudienceCase): Promise<void> {
  const { engines, run, shard } = given.context;
  if (await isOutdated(given)) {
    const result = await writeAudience(given);
    await finishShard(engines.db, run.runId, { stage: 'write', shard, result, now: engines.now() });
  }
  for (const version of await listVersions(engines.db, { runId: run.runId, audience: given.audience })) {
    await beginDelivery(engines.db, version, engines.now());
    await deliverVersion(given, version);
    await endDelivery(engines.db, version, engines.now());
  }
  // The versions before were kept for this one; those of archived runs go now.
  await deleteOldVersions(engines, given.job.name);
}

/** Another run of the job has delivered meanwhile: what has changed since then is something else. */
async function isOutdated({ context, job, audience }: AudienceCase): Promise<boolean> {
  const { engines, run } = context;
  for (const version of await listVersions(engines.db, { runId: run.runId, audience })) {
    const last = await findDelivered(engines.db, { job: job.name, audience, part: version.part }, run.runId);
    if (last?.runId !== version.baseRunId) return true;
  }
  return false;
}
