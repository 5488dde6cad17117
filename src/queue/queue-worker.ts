/** A worker on the queue: takes work, says when to be called again, and ends within a given time. */
import { DelayedError, type Job, type WorkerOptions } from 'bullmq';
import type { Backend, BullWorker } from './backends';
import { settledWithin } from './bounded';
import { tellOnce } from './told-once';
import { type Processor, workSchema } from './work';

export interface CloseOptions {
  /** Waits for nothing: works in hand are left to be found stalled. */
  readonly force?: boolean;
  /** How long works in hand are waited for, 25 s unless told: systemd and Docker kill after 30 s or less. */
  readonly drainMs?: number;
}

export interface RunningWorker {
  /** Takes no more work, tells the works in hand to stop, waits for them, and never longer than it may. */
  close(options?: CloseOptions): Promise<void>;
}

export interface QueueTiming {
  readonly lockMs: number;
  readonly stalledMs: number;
}

export interface WorkerParts {
  readonly timing: QueueTiming;
  readonly processor: Processor;
  readonly concurrency: number;
  readonly onError: (error: Error) => void;
}

/** A killed worker's jobs come back this often before BullMQ gives them up; attempts are counted in SQL, so this is high. */
const MAX_STALLED = 1_000_000;
const DRAIN_MS = 25_000;
/** For the last answers to the queue, and for its connections to close. */
const SETTLE_MS = 3000;
/** How soon a fetch that failed is tried again; BullMQ's own 15 s would leave a worker idle after the engine is back. */
const RETRY_MS = 1000;

/** Starts a worker; it goes on by itself when its engine was away. */
export function startQueueWorker(backend: Backend, parts: WorkerParts): RunningWorker {
  const stop = new AbortController();
  const inHand = countInHand();
  const run = async (job: Job, token?: string) => {
    const end = inHand.begin();
    try {
      await processJob(job, { token, processor: parts.processor, signal: stop.signal });
    } finally {
      end();
    }
  };
  const tell = tellOnce(parts.onError);
  // A closing worker's connections end, and say so.
  const onError = (error: Error) => (stop.signal.aborted ? undefined : tell(backend.explain(error)));
  const launch = (): BullWorker => {
    const worker = backend.startWorker(run, listOptions(parts));
    worker.on('error', onError);
    // On PostgreSQL a worker whose first look at the database fails never looks again.
    worker.waitUntilReady().catch(() => {
      if (stop.signal.aborted) return;
      worker.close(true).catch(() => undefined);
      setTimeout(() => {
        if (!stop.signal.aborted) current = launch();
      }, RETRY_MS);
    });
    return worker;
  };
  let current = launch();
  return {
    close: async ({ force = false, drainMs = DRAIN_MS } = {}) => {
      stop.abort();
      await closeWorker({ backend, worker: current, force, drained: inHand.whenNone }, drainMs);
    },
  };
}

function listOptions({ concurrency, timing }: WorkerParts): Omit<WorkerOptions, 'connection'> {
  return {
    concurrency,
    lockDuration: timing.lockMs,
    stalledInterval: timing.stalledMs,
    maxStalledCount: MAX_STALLED,
    runRetryDelay: RETRY_MS,
    removeOnComplete: { count: 0 },
    removeOnFail: { count: 0 },
  };
}

interface Closing {
  readonly backend: Backend;
  readonly worker: BullWorker;
  readonly force: boolean;
  readonly drained: () => Promise<void>;
}

/**
 * BullMQ waits for works and for its engine without a bound, so the bounds are ours. Its `pause` waits like its `close`
 * does, and leaves a forced close possible, which alone ends its timers while the engine is away.
 */
async function closeWorker({ backend, worker, force, drained }: Closing, drainMs: number): Promise<void> {
  if (!force) {
    const paused = worker.pause();
    const hasDrained = await settledWithin(Promise.race([paused, drained()]), drainMs);
    if (hasDrained) await settledWithin(paused, SETTLE_MS);
  }
  await settledWithin(worker.close(true), SETTLE_MS);
  backend.cut(worker);
}

interface InHand {
  /** Counts one more, until what it returns is called. */
  begin(): () => void;
  whenNone(): Promise<void>;
}

function countInHand(): InHand {
  let count = 0;
  let tell: () => void = () => undefined;
  return {
    begin: () => {
      count += 1;
      return () => {
        count -= 1;
        if (count === 0) tell();
      };
    },
    whenNone: () =>
      new Promise((resolve) => {
        tell = resolve;
        if (count === 0) resolve();
      }),
  };
}

interface Call {
  readonly token: string | undefined;
  readonly processor: Processor;
  readonly signal: AbortSignal;
}

async function processJob(job: Job, { token, processor, signal }: Call): Promise<void> {
  const outcome = await processor(workSchema.parse(job.data), signal);
  if (outcome.kind === 'done') return;
  await job.moveToDelayed(outcome.at, token);
  throw new DelayedError();
}
