/** Defines the work behind a resource that is being made. */
import type { Compute } from '../../compute-port';
import type { Plane } from '../plane';

/** Holds what work is done with. */
export interface Workshop {
  readonly plane: Plane;
  readonly compute: Compute;
  /** A folder of the work's own, below the work folder; removed when it ends. */
  readonly folder: string;
  /** Given when the client ends the work. */
  readonly signal: AbortSignal;
  /** Waits for a computation, or throws where the local AWS closes or the client ends the work first; its result is not wanted then. */
  readonly waitFor: <Result>(computation: Promise<Result>) => Promise<Result>;
}

/** Holds the end of work: what to keep, or the text for failureReason. */
export type WorkEnd<Result> =
  | { readonly ok: true; readonly result: Result }
  | { readonly ok: false; readonly failureReason: string };

/** Makes the end of work that failed by what the client gave. */
export function failWork(failureReason: string): { readonly ok: false; readonly failureReason: string } {
  return { ok: false, failureReason };
}
