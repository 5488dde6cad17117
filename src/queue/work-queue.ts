/** The queue of nightjar: BullMQ on PostgreSQL or Redis, chosen by settings alone. It moves pointers, not people. */
import { type Alarm, setAlarms } from './alarms';
import { type Backend, openBackend, type QueueConnection } from './backends';
import { bounded, settledWithin } from './bounded';
import { type QueueTiming, type RunningWorker, startQueueWorker } from './queue-worker';
import { type Processor, type Work, workId } from './work';

export type { QueueConnection } from './backends';
export type { CloseOptions, QueueTiming, RunningWorker } from './queue-worker';
export { type Processor, type Work, type WorkOutcome, workId } from './work';

export interface WorkQueue {
  /**
   * Adds work unless the queue holds it already, waiting, delayed or active.
   * @throws E_QUEUE within seconds where the engine is away; reconcile repairs what is missing then
   */
  add(works: readonly Work[]): Promise<void>;
  /**
   * Sets the alarms of schedules; their works come back to workers as `isAlarm` tells.
   * @param keep  jobs whose alarms stay as they are
   * @throws E_QUEUE within seconds where the engine is away
   */
  setAlarms(alarms: readonly Alarm[], options: { readonly keep: readonly string[] }): Promise<void>;
  /** Asks the engine for something small. @throws E_QUEUE within seconds where it is away */
  ping(): Promise<void>;
  /** Starts to process; `concurrency` works at a time. */
  start(processor: Processor, options: { concurrency: number; onError: (error: Error) => void }): RunningWorker;
  /** Closes the connections, within seconds also where the engine is away. */
  close(): Promise<void>;
}

export interface QueueOptions {
  /** How long to wait for the engine when opening. */
  readonly connectMs?: number;
  /** Hears what a person should change there, although the queue works. */
  readonly onWarning?: (text: string) => void;
}

const CONNECT_MS = 10_000;
const ADD_MS = 5000;
const CLOSE_MS = 2000;
/** One round trip each. */
const ADDED_AT_ONCE = 500;

/**
 * Opens the queue; on PostgreSQL it brings BullMQ's schema up to date first.
 * @throws E_QUEUE where the engine can't be reached, with what is wrong there; E_CONFIG_FIELD where the URL is
 */
export async function openQueue(
  connection: QueueConnection,
  timing: QueueTiming,
  { connectMs = CONNECT_MS, onWarning = () => undefined }: QueueOptions = {},
): Promise<WorkQueue> {
  const backend = await openBackend(connection, connectMs);
  // The queue object emits errors of its connection; without a listener they would end the process, and reconcile repairs what was lost.
  backend.queue.on('error', () => undefined);
  if (backend.warning !== undefined) onWarning(backend.warning);
  return {
    add: (works) => addWorks(backend, works),
    setAlarms: (alarms, keep) => answerSoon(backend, setAlarms(backend.queue, alarms, keep)),
    ping: () => answerSoon(backend, backend.queue.getJobSchedulers(0, 0)),
    start: (processor, options) => startQueueWorker(backend, { timing, processor, ...options }),
    close: async () => {
      await settledWithin(backend.queue.close(), CLOSE_MS);
      backend.cut(backend.queue);
    },
  };
}

/** A job that has completed or failed goes away at once: it would make every later one of its id a silent no-op. */
const JOB_OPTIONS = { removeOnComplete: true, removeOnFail: true };

async function addWorks(backend: Backend, works: readonly Work[]): Promise<void> {
  for (let from = 0; from < works.length; from += ADDED_AT_ONCE) {
    const jobs = works
      .slice(from, from + ADDED_AT_ONCE)
      .map((work) => ({ name: work.stage, data: work, opts: { ...JOB_OPTIONS, jobId: workId(work) } }));
    await answerSoon(backend, backend.queue.addBulk(jobs));
  }
}

async function answerSoon(backend: Backend, answer: Promise<unknown>): Promise<void> {
  try {
    await bounded(answer, ADD_MS, () => new Error('it did not answer for 5 s'));
  } catch (error) {
    throw backend.explain(error);
  }
}
