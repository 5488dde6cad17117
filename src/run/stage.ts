/** What every stage function is given and answers. */
import type { RunRow } from '../database/runs/runs';
import type { WorkOutcome } from '../queue/work-queue';
import type { Bundle } from './bundle';
import type { Engines } from './engines';

export interface StageContext {
  readonly engines: Engines;
  readonly run: RunRow;
  readonly bundle: Bundle;
  readonly shard: number;
  /** Aborted when the worker shuts down: finish what is in hand and answer `again`. */
  readonly signal: AbortSignal;
}

/** A stage: idempotent, and resumable from the database and S3 alone. */
export type Stage = (context: StageContext) => Promise<WorkOutcome>;

export const DONE: WorkOutcome = { kind: 'done' };
