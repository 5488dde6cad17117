/** The stage collect: reads a shard of the inference output and stores each recipient's slate on the ledger, in bulk. */
import { batchJobsOf } from '../database/buying/batch-jobs';
import { applyFallback, excludeWithoutSlate, type Slate, saveSlates } from '../database/ledger/deliveries';
import { moveRun } from '../database/runs/runs';
import { findShard, finishShard, listShards } from '../database/runs/shards';
import { spareOf } from '../job/slate';
import { readInferenceRecords } from '../personalize/inference-records';
import { readObject } from '../storage/objects';
import { parseS3Uri } from '../storage/uri';
import { collectQuery } from './audiences/collect-query';
import { closeQueries } from './audiences/measure-audience';
import { collectSpecSchema } from './buying/locate-output';
import { PAUSED, pauseOnTrip, stopAtTrips } from './guards/check';
import { checkSlates } from './guards/output';
import { loadCatalogue } from './mails/catalogue-cache';
import { fallbackFor } from './mails/fallback';
import { addError, addFinding, emptyOutput, type OutputResult } from './output-result';
import { readPlan } from './plan-record';
import { PROVED, prove } from './proof/prove';
import { DONE, type Stage, type StageContext } from './stage';

/** Collects one shard; done again it stores the same slates. Of an audience run it makes the member file of one query. */
export const collect: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  if (bundle.job.kind === 'audience') return collectQuery(context, bundle.job);
  const row = await findShard(engines.db, run.runId, { stage: 'collect', shard });
  if (row === undefined || row.done) return DONE;
  const result = await collectShard(context, row.spec);
  await finishShard(engines.db, run.runId, { stage: 'collect', shard, result, now: engines.now() });
  return DONE;
};

async function collectShard({ engines, run, bundle }: StageContext, rawSpec: unknown): Promise<OutputResult> {
  const spec = collectSpecSchema.parse(rawSpec);
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const kept = bundle.job.kind === 'email' ? spareOf(bundle.job.content.show) : 0;
  const result = { ...emptyOutput(), objects: spec.start === 0 ? 1 : 0 };
  const chunks = readObject(engines.s3, parseS3Uri(spec.uri), Math.max(0, spec.start - 1));
  const range = { object: spec.uri, start: spec.start, end: spec.end };
  for await (const batch of readInferenceRecords(chunks, range, { items: Number.POSITIVE_INFINITY })) {
    const slates: Slate[] = [];
    for (const finding of batch.findings) addFinding(result, finding);
    for (const record of batch.records) {
      result.lines += 1;
      if (record.error !== null) addError(result, record.error);
      const known = record.items.filter((item) => catalogue.has(item));
      result.unknownItems += record.items.length - known.length;
      if (record.input.userId === undefined) result.unknownUsers += 1;
      else if (known.length > 0)
        slates.push({ userId: record.input.userId, itemIds: [...new Set(known)].slice(0, kept) });
    }
    const saved = await saveSlates(engines.db, run.runId, lastPerUser(slates));
    result.unknownUsers += slates.length - saved;
  }
  return result;
}

/** A user may stand on two lines; the later one counts, as a second run over the same shard would have it. */
function lastPerUser(slates: readonly Slate[]): readonly Slate[] {
  return [...new Map(slates.map((slate) => [slate.userId, slate])).values()];
}

/**
 * Closes the collecting: rows without a slate get the fallback or are excluded, then the sending begins if no guard trips and
 * the job's proof was passed.
 */
export const closeCollecting: Stage = async (context) => {
  const { engines, run, bundle } = context;
  const { job } = bundle;
  if (job.kind === 'audience') return closeQueries(context, job);
  const shards = await listShards(engines.db, run.runId, 'collect');
  if (shards.some((row) => !row.done)) return DONE;
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const { show } = job.content;
  const fallback = fallbackFor(show, readPlan(run.plan), undefined)
    .filter((item) => catalogue.has(item))
    .slice(0, spareOf(show));
  if (fallback.length > 0) await applyFallback(engines.db, run, fallback);
  await excludeWithoutSlate(engines.db, run, engines.now());
  const checked = await pauseOnTrip({ engines, run }, 'collecting', async () => {
    const bought = (await batchJobsOf(engines.db, run.runId)).reduce((sum, { lines }) => sum + lines, 0);
    await stopAtTrips({ engines, run }, await checkSlates(engines, job, { runId: run.runId, bought }));
  });
  if (checked === PAUSED) return DONE;
  const proved = await prove(context, job);
  if (proved !== PROVED) return proved;
  await moveRun(engines.db, run.runId, { from: 'collecting', to: 'sending', now: engines.now() });
  return DONE;
};
