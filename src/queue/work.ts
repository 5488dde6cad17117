/** A piece of work, and what becomes of it: what the queue carries. */
import { z } from 'zod';

/** A stage's shard of a run; or the alarm of a job's schedule, with the job's name instead of a run. */
export interface Work {
  readonly runId: string;
  readonly stage: string;
  readonly shard: number;
}

/** Reads back what another process has queued. */
export const workSchema = z.object({ runId: z.string(), stage: z.string(), shard: z.number().int() });

/** What a processor answers: done, or to be called again at a time (epoch ms) without holding a worker meanwhile. */
export type WorkOutcome = { readonly kind: 'done' } | { readonly kind: 'again'; readonly at: number };
export type Processor = (work: Work, signal: AbortSignal) => Promise<WorkOutcome>;

/** Names a piece of work in the queue: no ":" and no pure integer, which BullMQ refuses. */
export function workId(work: Work): string {
  return `${work.runId}~${work.stage}~${work.shard}`;
}
