/** Looks at bought batch jobs and records what became of them. */
import { type BatchJobRow, saveBatchJobState } from '../../database/buying/batch-jobs';
import { readStatus } from '../../personalize/status';
import type { Engines } from '../engines';
import { type DescribedJob, describeBatchJob, isUnknownJob } from './buy';

/** Describes a batch job that was created and is not known to have ended, and records its status. */
export async function lookAt(engines: Engines, job: BatchJobRow): Promise<void> {
  if ((job.state !== 'created' && job.state !== 'running') || job.arn === undefined) return;
  const described = await describeBatchJob(engines.personalize, { kind: job.kind, arn: job.arn }).catch(
    (error: unknown) => {
      if (isUnknownJob(error) && isYoung(engines, job)) return undefined;
      throw error;
    },
  );
  if (described !== undefined) await recordStatus(engines, job.name, described);
}

/** What was created a moment ago may not be known everywhere in AWS yet. */
const KNOWN_AFTER_MS = 120_000;

/** Tells whether a batch job was created so lately that Personalize may not know it yet. */
export function isYoung(engines: Pick<Engines, 'now'>, job: Pick<BatchJobRow, 'createdAt'>): boolean {
  return job.createdAt !== undefined && engines.now() - job.createdAt < KNOWN_AFTER_MS;
}

/** Records the status of a batch job; one that is unknown counts as running, for a paid job is never given up. */
export async function recordStatus(engines: Engines, name: string, described: DescribedJob): Promise<void> {
  const now = engines.now();
  const status = readStatus(described.status ?? '');
  if (status === 'failed') {
    const reason = described.failureReason ?? 'no reason given';
    if (await saveBatchJobState(engines.db, name, { state: 'failed', reason, now }))
      engines.log('warn', 'batch job failed', { name, reason });
    return;
  }
  const state = status === 'active' ? 'done' : 'running';
  if ((await saveBatchJobState(engines.db, name, { state, now })) && state === 'done')
    engines.log('info', 'batch job done', { name });
}
