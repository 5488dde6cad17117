/** The stage deliver: the files that the stage write has made go where the job says, and from then on count as delivered. */
import { HOLDOUT } from '../../audience/choose/split';
import {
  type AudienceVersion,
  beginDelivery,
  endDelivery,
  findDelivered,
  listUnfinished,
  listVersions,
} from '../../database/audiences/versions';
import { findShard, finishShard } from '../../database/runs/shards';
import { NightjarError } from '../../errors';
import { nameOf } from '../../report/audience-notes';
import { PAUSED, pauseOnTrip, stopAtTrips } from '../guards/check';
import { checkMembers } from '../guards/members';
import { deleteOldVersions } from '../keep/delete-versions';
import { DONE, type Stage } from '../stage';
import { isMade as isAudienceMade } from './audiences-of';
import type { AudienceCase } from './choose-members';
import { deliverVersion } from './deliver-version';
import { type DeliveryFailure, deliveryResult } from './delivery-failures';
import { findManifest } from './find-manifest';
import { audienceSpecSchema } from './measure-audience';
import { deleteTaken } from './taken-rows';
import { withAudience, writeAudience } from './write-audience';

/** Who withdraws consent is in nothing that goes out later than this. */
const STALE_MS = 3_600_000;

/**
 * Delivers one audience; done again it delivers the same files, unless they had to be written anew.
 * Where destinations fail it is done all the same, and keeps the failures: other audiences are not to wait for them.
 * @throws E_RUN_OVERTAKEN where a later slot has been delivered since the run began
 */
export const deliver: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'deliver', shard });
  const { job } = bundle;
  if (job.kind !== 'audience' || row === undefined || row.done) return DONE;
  const { audience } = audienceSpecSchema.parse(row.spec);
  const given = { context, job, audience };
  await withAudience(given, 'deliver', async () => {
    const outcome = await pauseOnTrip({ engines, run }, 'writing', () => deliverAudience(given));
    if (outcome === PAUSED) return;
    const result = deliveryResult(outcome);
    await finishShard(engines.db, run.runId, { stage: 'deliver', shard, result, now: engines.now() });
  });
  return DONE;
};

/** Answers what failed. */
async function deliverAudience(given: AudienceCase): Promise<readonly DeliveryFailure[]> {
  const { engines, run, shard } = given.context;
  const wish = { runId: run.runId, audience: given.audience };
  const failures: DeliveryFailure[] = [];
  if (!(await listVersions(engines.db, wish)).every(({ deliveredAt }) => deliveredAt !== undefined)) {
    await checkIsNewest(given);
    if (await isOutdated(given)) {
      const result = await writeAudience(given);
      await finishShard(engines.db, run.runId, { stage: 'write', shard, result, now: engines.now() });
    }
    const versions = await listVersions(engines.db, wish);
    await checkSize(given, versions);
    for (const version of versions) {
      await beginDelivery(engines.db, version, engines.now());
      const failed = await deliverVersion(given, version, failures);
      failures.push(...failed);
      if (failed.length > 0) continue;
      await endDelivery(engines.db, version, engines.now());
      await deleteTaken(engines, version);
    }
  }
  // The versions before were kept for this one; those of archived runs go now.
  await deleteOldVersions(engines, given.job.name);
  return failures;
}

/**
 * Who is withdrawn is meant to go. What was written anew may be of another size than what was measured, and another version may be delivered last by now.
 * @throws GuardTrip
 */
async function checkSize(
  { context, job, audience }: AudienceCase,
  versions: readonly AudienceVersion[],
): Promise<void> {
  const { engines, run } = context;
  if (!isAudienceMade(job, audience)) return;
  const members = versions.reduce((sum, version) => sum + version.members, 0);
  const sizes = [{ name: audience, members }];
  await stopAtTrips({ engines, run }, await checkMembers(engines, { job, run, sizes }));
}

/** A run that waited while a later slot was delivered would turn the platforms back to what was before. */
async function checkIsNewest({ context, job, audience }: AudienceCase): Promise<void> {
  const { engines, run } = context;
  for (const { part } of await listVersions(engines.db, { runId: run.runId, audience })) {
    const last = await findDelivered(engines.db, { job: job.name, audience, part }, run.runId);
    const isLater = last?.deliveredAt !== undefined && last.slot > run.slot && last.deliveredAt > run.createdAt;
    if (!isLater) continue;
    const message = `${audience} of the later slot ${last.slot} has been delivered, by the run ${last.runId}`;
    throw new NightjarError('E_RUN_OVERTAKEN', message, { fix: `nightjar runs cancel ${run.runId}` });
  }
}

/** Tells whether a version has to be written anew: it is not whole, or something else has to be told by now. */
async function isOutdated(given: AudienceCase): Promise<boolean> {
  const { engines, run } = given.context;
  for (const version of await listVersions(engines.db, { runId: run.runId, audience: given.audience })) {
    const key = { job: given.job.name, audience: given.audience, part: version.part };
    // Another run of the job has delivered meanwhile: what has changed since then is something else.
    const last = await findDelivered(engines.db, key, run.runId);
    if (last?.runId !== version.baseRunId || !(await isMade(given, version))) return true;
    if (version.deliveredAt !== undefined) continue;
    if (engines.now() - version.madeAt > STALE_MS) return true;
    // Another run has begun to: what it may have added has to be removed.
    const since = version.madeAt;
    if ((await listUnfinished(engines.db, key, { except: run.runId, since })).length > 0) return true;
  }
  return false;
}

/** A process that died while it wrote a version anew has left it without a manifest. */
async function isMade({ context }: AudienceCase, { audience, part }: AudienceVersion): Promise<boolean> {
  if (part === HOLDOUT || context.bundle.formats.length === 0) return true;
  const fileName = nameOf(audience, part);
  return (await findManifest(context.engines.db, context.run.runId, fileName)) !== undefined;
}
