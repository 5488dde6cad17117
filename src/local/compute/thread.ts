/** Runs in a worker thread: takes tasks one at a time and answers each. */
import { parentPort } from 'node:worker_threads';
import { isNightjarError } from '../../errors';
import type { ThreadReply, ThreadRequest, ThreadResult } from './protocol';
import { runInference } from './run-inference';
import { runSegmentation } from './run-segmentation';
import { runTraining } from './run-training';

parentPort?.on('message', (request: ThreadRequest) => {
  void runTask(request)
    .then((result): ThreadReply => ({ done: true, result }), describeError)
    .then((reply) => parentPort?.postMessage(reply));
});

async function runTask(request: ThreadRequest): Promise<ThreadResult> {
  if (request.kind === 'train') return runTraining(request.task);
  return request.kind === 'infer' ? runInference(request.task, request.share) : runSegmentation(request.task);
}

function describeError(error: unknown): ThreadReply {
  const { message, stack = '' } = error instanceof Error ? error : new Error(String(error));
  if (isNightjarError(error)) return { done: false, code: error.code, message, stack };
  const isFull = error instanceof Error && 'code' in error && (error.code === 'ENOSPC' || error.code === 'EDQUOT');
  return { done: false, code: isFull ? 'E_ENGINE_DISK_FULL' : 'E_BUG', message, stack };
}
