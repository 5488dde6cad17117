/** What must be true of a night, however often it was killed. */
import { ListBatchInferenceJobsCommand, ListBatchSegmentJobsCommand } from '@aws-sdk/client-personalize';
import { sql } from 'kysely';
import type { OpenEngines } from '../../src/cli/open-engines';

export interface NightFacts {
  /** Run id → state. */
  readonly runs: Readonly<Record<string, string>>;
  /** Names of all batch jobs that the local AWS was ever asked for. */
  readonly batchJobs: readonly string[];
  readonly fingerprints: number;
  readonly intended: number;
  /** Ledger state → count, over all runs. */
  readonly ledger: Readonly<Record<string, number>>;
  readonly chosen: number;
}

/** Reads the facts of a night from the database and the local AWS. */
export async function readNight(engines: OpenEngines): Promise<NightFacts> {
  const runs = await engines.db.selectFrom('run').select(['run_id', 'state']).execute();
  const jobs = await engines.db.selectFrom('batch_job').select(['name', 'fingerprint']).execute();
  const ledger = await engines.db
    .selectFrom('delivery')
    .select(['state', sql<number>`count(*)`.as('count')])
    .groupBy('state')
    .execute();
  const inference = await engines.personalize.send(new ListBatchInferenceJobsCommand({}));
  const segment = await engines.personalize.send(new ListBatchSegmentJobsCommand({}));
  const names = [...(inference.batchInferenceJobs ?? []), ...(segment.batchSegmentJobs ?? [])].map(
    (job) => job.jobName ?? '',
  );
  return {
    runs: Object.fromEntries(runs.map((run) => [run.run_id, run.state])),
    batchJobs: names,
    fingerprints: new Set(jobs.map((job) => job.fingerprint)).size,
    intended: jobs.length,
    ledger: Object.fromEntries(ledger.map((row) => [row.state, row.count])),
    chosen: ledger.reduce((sum, row) => sum + row.count, 0),
  };
}

/** Reads the Message-ID of a raw message. */
export function messageIdOf(raw: string): string {
  return /^message-id:\s*(<[^>]+>)/im.exec(raw)?.[1] ?? '';
}
