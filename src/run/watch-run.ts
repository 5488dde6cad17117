/** Ends the work in hand for a run that a person or another worker has stopped. */
import { promptly } from '../database/connecting/bounded-client';
import { findRun, type RunRow } from '../database/runs/runs';
import type { Engines } from './engines';

const LOOK_MS = 500;

export interface RunWatch {
  /** Aborted when the worker shuts down, or the run is not worked on any more. */
  readonly signal: AbortSignal;
  /** The state that the run was stopped in; undefined while it is worked on. */
  stoppedBy(): RunRow['state'] | undefined;
  release(): void;
}

const STOPPED: readonly RunRow['state'][] = ['paused', 'failed', 'cancelled', 'finished'];

/** Looks after a run until it is released. */
export function watchRun(engines: Pick<Engines, 'db'>, run: RunRow, signal: AbortSignal): RunWatch {
  const stop = new AbortController();
  let stoppedBy: RunRow['state'] | undefined;
  let looking = false;
  const look = async () => {
    const state = (await promptly(() => findRun(engines.db, run.runId)))?.state;
    if (state === undefined || !STOPPED.includes(state)) return;
    stoppedBy = state;
    stop.abort();
  };
  // A database that is away stops nothing; the stage finds out by itself.
  const timer = setInterval(() => {
    // One look at a time: those that wait for a silent database would take the connections of the others.
    if (looking) return;
    looking = true;
    look()
      .catch(() => undefined)
      .finally(() => {
        looking = false;
      });
  }, LOOK_MS);
  return {
    signal: AbortSignal.any([signal, stop.signal]),
    stoppedBy: () => stoppedBy,
    release: () => clearInterval(timer),
  };
}
