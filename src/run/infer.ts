/** The stage infer: buys the batch jobs and waits for them, for hours if need be, without holding a worker. */
import { type BatchJobOfRun, batchJobsOf } from '../database/buying/batch-jobs';
import { saveActualCost } from '../database/buying/budget';
import { moveRun } from '../database/runs/runs';
import { addShards, finishShard } from '../database/runs/shards';
import { isNightjarError } from '../errors';
import type { WorkOutcome } from '../queue/work-queue';
import { loadAskedItems } from './buying/asked-items';
import { buyInTurn } from './buying/buy-in-turn';
import { locateInference, locateSegments } from './buying/locate-output';
import { lookAt } from './buying/look-at';
import { replaceFailed } from './buying/next-attempt';
import { askedQueries } from './buying/segment-queries';
import type { Engines } from './engines';
import { explainFailure } from './explain-failure';
import { PAUSED, pauseOnTrip, stopAtTrips } from './guards/check';
import { checkQueryLines } from './guards/output';
import { DONE, type Stage, type StageContext } from './stage';
import { priceOf } from './summarise';

/** Goes on with every batch job of the run; when all are done it lays out the shards of the next stage. */
export const infer: Stage = async (context) => {
  const { engines, run } = context;
  const troubles = await forEachJob(context, (job) => lookAt(engines, job));
  if ((await pauseOnTrip(context, 'waiting', () => replaceFailed(context))) === PAUSED) return DONE;
  troubles.push(...(await forEachJob(context, (job) => buyInTurn(engines, job))));
  const jobs = await batchJobsOf(engines.db, run.runId);
  if (troubles.length > 0) throw worstOf(troubles);
  if (!jobs.every((job) => job.state === 'done')) return { kind: 'again', at: nextLook(context, jobs) };
  const outcome = await pauseOnTrip(context, 'waiting', () => finish(context, jobs));
  return outcome === PAUSED ? DONE : outcome;
};

/** One after the other, lest they throttle each other; trouble with one keeps none of the others waiting. */
async function forEachJob(
  { engines, run, signal }: StageContext,
  action: (job: BatchJobOfRun) => Promise<void>,
): Promise<unknown[]> {
  const troubles: unknown[] = [];
  for (const job of await batchJobsOf(engines.db, run.runId)) {
    if (signal.aborted) break;
    await action(job).catch((error: unknown) => troubles.push(error));
  }
  return troubles;
}

/** What a person has to mend comes first. */
function worstOf(troubles: readonly unknown[]): unknown {
  return troubles.find((trouble) => explainFailure(trouble).retry !== 'later') ?? troubles[0];
}

/** An old job is looked at less often, each time after a twentieth of its age, and at least every five polls. */
const AGE_SHARE = 1 / 20;
const MOST_POLLS = 5;

function nextLook(context: StageContext, jobs: readonly BatchJobOfRun[]): number {
  const now = context.engines.now();
  const poll = pollMs(context);
  const ages = jobs.filter((job) => job.state !== 'done').map((job) => now - (job.createdAt ?? now));
  return now + Math.min(MOST_POLLS * poll, Math.max(poll, Math.min(...ages) * AGE_SHARE));
}

function pollMs({ engines }: StageContext): number {
  return engines.settings.aws.pollSeconds * 1000;
}

const INCOMPLETE: ReadonlySet<string> = new Set(['E_OBJECT_MISSING', 'E_RECO_OUTPUT_CUT']);
/** So many polls an output may be missing or cut after its job was seen to be done. */
const OUTPUT_PATIENCE_POLLS = 10;

async function finish(context: StageContext, jobs: readonly BatchJobOfRun[]): Promise<WorkOutcome> {
  const { engines, run } = context;
  const isLaidOut = await layOut(context, jobs).catch((error: unknown) => {
    const missingMs = engines.now() - Math.max(...jobs.map((job) => job.doneAt ?? 0));
    const isIncomplete = isNightjarError(error) && INCOMPLETE.has(error.code);
    if (isIncomplete && missingMs < OUTPUT_PATIENCE_POLLS * pollMs(context)) return undefined;
    throw error;
  });
  if (isLaidOut === undefined) return { kind: 'again', at: engines.now() + pollMs(context) };
  await moveRun(engines.db, run.runId, { from: 'waiting', to: 'collecting', now: engines.now() });
  return DONE;
}

/** A segment job was counted with the most that it might return; what it has returned is what it costs. */
async function correctCosts(
  engines: Engines,
  jobs: readonly BatchJobOfRun[],
  users: ReadonlyMap<string, number>,
): Promise<void> {
  for (const { name, kind, lines, outputUri } of jobs) {
    const cost = priceOf(engines, { kind, lines, users: users.get(outputUri) ?? 0 });
    if (cost.amount !== undefined) await saveActualCost(engines.db, name, cost);
  }
}

async function layOut(context: StageContext, jobs: readonly BatchJobOfRun[]): Promise<true> {
  const { engines, run, bundle } = context;
  if (bundle.job.kind === 'email') {
    await addShards(engines.db, run.runId, { stage: 'collect', specs: await locateInference(engines, jobs) });
    return true;
  }
  const outputs = jobs.map((job) => job.outputUri);
  const queries = askedQueries(bundle.job, await loadAskedItems(engines.db, bundle.job, run.catalogueVersion));
  const located = await locateSegments(engines, { outputs, queries });
  await correctCosts(engines, jobs, located.users);
  await stopAtTrips(context, checkQueryLines(bundle.job.guard, located.specs));
  await addShards(engines.db, run.runId, { stage: 'locate', specs: [{}] });
  await finishShard(engines.db, run.runId, { stage: 'locate', shard: 0, result: located.output, now: engines.now() });
  await addShards(engines.db, run.runId, { stage: 'collect', specs: located.specs });
  return true;
}
