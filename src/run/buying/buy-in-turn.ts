/** Buys batch jobs in their turn: all runs share the places that the region's quota gives. */
import { type BatchJobRow, saveBatchJobState } from '../../database/buying/batch-jobs';
import { clearRefusals, listAbandoned, refusePlace, releasePlace, takePlace } from '../../database/buying/batch-places';
import { isInFlightQuota } from '../../personalize/in-flight-quota';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { batchJobArn, buyBatchJob, differences, findBatchJob } from './buy';
import { isYoung, recordStatus } from './look-at';
import { type BatchRequest, requestSchema } from './request';

/** While AWS refuses for the quota, it is asked again after 1, 2, 4 and then every 5 polls. */
const MOST_POLLS = 5;

/** Buys an intended batch job if a place is free and it is its turn; else it stays in the queue. */
export async function buyInTurn(engines: Engines, job: BatchJobRow): Promise<void> {
  if (job.state !== 'intended') return;
  const { name, kind } = job;
  const limit = engines.settings.aws.jobsInFlight;
  const place = await takePlace(engines.db, { name, kind, limit, now: engines.now() });
  if (!place.taken) {
    if (place.isFull) await settleAbandoned(engines, kind);
    return;
  }
  try {
    const arn = await buyBatchJob(engines.personalize, requestOf(engines, job));
    const isNew = await saveBatchJobState(engines.db, name, { state: 'created', arn, now: engines.now() });
    await clearRefusals(engines.db, kind);
    if (isNew) engines.log('info', 'batch job created', { name, lines: job.lines });
  } catch (error) {
    if (!isInFlightQuota(error)) {
      // After an answer that was lost the job may be there: its place is given back only when that is ruled out.
      if (explainFailure(error).retry !== 'later') await releasePlace(engines.db, name);
      throw error;
    }
    const firstMs = engines.settings.aws.pollSeconds * 1000;
    await refusePlace(engines.db, { name, kind, firstMs, mostMs: MOST_POLLS * firstMs, now: engines.now() });
    engines.log('info', 'batch job waits for a place', { name, reason: String(error) });
  }
}

/** Role and key are those of the settings as they are now: a wrong one is mended there, and neither makes another job of it. */
function requestOf(engines: Engines, job: BatchJobRow): BatchRequest {
  const { roleArn, kmsKeyArn } = engines.settings.aws;
  return { ...requestSchema.parse(job.request), roleArn, kmsKeyArn };
}

/** Looks after places whose run was cancelled or has failed: nobody else asks what became of its batch jobs. */
async function settleAbandoned(engines: Engines, kind: BatchJobRow['kind']): Promise<void> {
  for (const job of await listAbandoned(engines.db, kind)) {
    await settle(engines, job).catch((error: unknown) =>
      engines.log('warn', 'abandoned batch job not settled', { name: job.name, reason: String(error) }),
    );
  }
}

async function settle(engines: Engines, job: BatchJobRow): Promise<void> {
  const request = requestOf(engines, job);
  const found = await findBatchJob(engines.personalize, request);
  const now = engines.now();
  if (job.state === 'intended') {
    if (found === undefined || differences(request, found).length > 0) return releasePlace(engines.db, job.name);
    await saveBatchJobState(engines.db, job.name, { state: 'created', arn: batchJobArn(request), now });
  }
  if (found !== undefined) return recordStatus(engines, job.name, found);
  if (isYoung(engines, job)) return;
  const reason = 'Personalize knows no job of this name any more';
  await saveBatchJobState(engines.db, job.name, { state: 'failed', reason, now });
}
