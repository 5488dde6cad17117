/** Declares what the server's thread and the worker threads say to each other. */
import type { ErrorCode } from '../../errors';
import type { BatchResult, InferTask, SegmentTask, TrainResult, TrainTask } from '../compute-port';
import type { Share } from './pieces';

/** One task for a thread; a thread does one at a time. */
export type ThreadRequest =
  | { readonly kind: 'train'; readonly task: TrainTask }
  | { readonly kind: 'infer'; readonly task: InferTask; readonly share: Share }
  | { readonly kind: 'segment'; readonly task: SegmentTask };

export type ThreadResult = TrainResult | BatchResult;

/** The answer, or an error in plain values, since classes don't survive the passage. */
export type ThreadReply =
  | { readonly done: true; readonly result: ThreadResult }
  | { readonly done: false; readonly code: ErrorCode; readonly message: string; readonly stack: string };
