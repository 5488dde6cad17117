/** Runs trainings and batch jobs in worker threads, so that the server's thread can go on answering. */
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { NightjarError } from '../../errors';
import type { BatchResult, Compute, TrainResult } from '../compute-port';
import type { ThreadReply, ThreadRequest, ThreadResult } from './protocol';
import { inferInShares } from './share-inference';
import { findThreadFile } from './thread-file';

/** How long a thread waits for another task before it ends, and frees the memory of its last model. */
const IDLE_MS = 5000;

interface Waiting {
  readonly request: ThreadRequest;
  readonly resolve: (result: ThreadResult) => void;
  readonly reject: (error: NightjarError) => void;
}

interface Thread {
  readonly worker: Worker;
  current: Waiting | undefined;
  idleTimer: NodeJS.Timeout | undefined;
}

/**
 * Creates the pool; threads start with the first tasks and end when idle. Tasks run in the order of calling, as many at
 * a time as there are threads. The process is kept alive by running tasks only.
 * Large inferences are shared among the threads. The calls reject with E_BUG if a thread dies, E_ENGINE_DISK_FULL, and
 * E_ENGINE_AWS after `close` or an abort, which end running tasks at once; their files are then not there.
 *
 * @param options.threads  at least 1; by default as many as the machine has cores, at most 4
 * @throws E_BUG on the first task if nightjar has not been built
 */
export function createCompute(options: { readonly threads?: number } = {}): Compute {
  const limit = options.threads ?? Math.min(4, availableParallelism());
  const pool: Pool = { limit, threads: new Set(), queue: [], isClosed: false };
  const run = (request: ThreadRequest, signal?: AbortSignal): Promise<ThreadResult> =>
    new Promise((resolve, reject) => {
      const task: Waiting = { request, resolve, reject };
      pool.queue.push(task);
      if (signal?.aborted) cancel(pool, task);
      else signal?.addEventListener('abort', () => cancel(pool, task), { once: true });
      dispatch(pool);
    });
  return {
    train: async (task, signal) => expectTraining(await run({ kind: 'train', task }, signal)),
    infer: (task) =>
      inferInShares(task, limit, async (share) => expectBatch(await run({ kind: 'infer', task, share }))),
    segment: async (task) => expectBatch(await run({ kind: 'segment', task })),
    close: () => closePool(pool),
  };
}

function expectTraining(result: ThreadResult): TrainResult {
  if (!result.ok || 'metrics' in result) return result;
  throw new NightjarError('E_BUG', 'a thread answered a training with the result of a batch job');
}

function expectBatch(result: ThreadResult): BatchResult {
  if (!result.ok || 'lines' in result) return result;
  throw new NightjarError('E_BUG', 'a thread answered a batch job with the result of a training');
}

interface Pool {
  readonly limit: number;
  readonly threads: Set<Thread>;
  readonly queue: Waiting[];
  isClosed: boolean;
}

function dispatch(pool: Pool): void {
  for (;;) {
    const next = pool.queue[0];
    if (next === undefined) return;
    if (pool.isClosed) {
      pool.queue.shift();
      next.reject(closedError());
      continue;
    }
    const idle = [...pool.threads].find((thread) => thread.current === undefined);
    if (idle === undefined && pool.threads.size >= pool.limit) return;
    pool.queue.shift();
    try {
      assign(idle ?? startThread(pool), next);
    } catch (error) {
      next.reject(error instanceof NightjarError ? error : brokenError(error));
    }
  }
}

/** Ends a task: it is taken out of the queue, or its thread is ended under it. Does nothing where it is done. */
function cancel(pool: Pool, task: Waiting): void {
  const place = pool.queue.indexOf(task);
  const thread = [...pool.threads].find(({ current }) => current === task);
  if (place < 0 && thread === undefined) return;
  if (place >= 0) pool.queue.splice(place, 1);
  task.reject(new NightjarError('E_ENGINE_AWS', 'the task was stopped before it was done'));
  if (thread === undefined) return;
  thread.current = undefined;
  void endThread(pool, thread).then(() => dispatch(pool));
}

function startThread(pool: Pool): Thread {
  const worker = new Worker(findThreadFile());
  const thread: Thread = { worker, current: undefined, idleTimer: undefined };
  pool.threads.add(thread);
  worker.on('message', (reply: ThreadReply) => {
    const task = thread.current;
    thread.current = undefined;
    worker.unref();
    thread.idleTimer = setTimeout(() => void endThread(pool, thread), IDLE_MS).unref();
    if (reply.done) task?.resolve(reply.result);
    else task?.reject(rebuildError(reply));
    dispatch(pool);
  });
  const fail = (error: NightjarError): void => {
    pool.threads.delete(thread);
    thread.current?.reject(error);
    thread.current = undefined;
    dispatch(pool);
  };
  worker.on('error', (error) => fail(brokenError(error)));
  worker.on('exit', () => fail(pool.isClosed ? closedError() : brokenError(undefined)));
  return thread;
}

function assign(thread: Thread, waiting: Waiting): void {
  clearTimeout(thread.idleTimer);
  thread.current = waiting;
  thread.worker.ref();
  thread.worker.postMessage(waiting.request);
}

async function endThread(pool: Pool, thread: Thread): Promise<void> {
  clearTimeout(thread.idleTimer);
  pool.threads.delete(thread);
  await thread.worker.terminate();
}

async function closePool(pool: Pool): Promise<void> {
  pool.isClosed = true;
  dispatch(pool);
  await Promise.all([...pool.threads].map((thread) => endThread(pool, thread)));
}

function rebuildError({ code, message, stack }: ThreadReply & { readonly done: false }): NightjarError {
  return new NightjarError(code, message, { cause: stack });
}

function brokenError(cause: unknown): NightjarError {
  return new NightjarError('E_BUG', 'a worker thread of the local engine ended in the middle of a task', { cause });
}

function closedError(): NightjarError {
  return new NightjarError('E_ENGINE_AWS', 'the local engine was closed before the task was done');
}
