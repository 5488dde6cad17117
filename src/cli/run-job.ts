/** Runs one job to its end with progress; used by `run` and `demo`. */

import type { RunRow } from '../database/runs/runs';
import type { ExitCode } from '../errors';
import { NightjarError } from '../errors';
import type { RunSummary } from '../report/summary';
import { sumsAddUp } from '../report/sums';
import type { Engines } from '../run/engines';
import { exitCodeOf, followRun, type Progress } from '../run/follow-run';
import { storedError } from '../run/run-error';
import { type StartWish, startRun } from '../run/start-run';
import { readSummary } from '../run/stored-summary';
import type { ProgressLine } from './progress';

export interface RunWish extends StartWish {
  readonly signal: AbortSignal;
  readonly progress: ProgressLine;
}

export interface RunEnd {
  readonly run: RunRow;
  readonly summary: RunSummary | undefined;
  readonly exitCode: ExitCode;
  /** The run had been finished before. */
  readonly wasDone: boolean;
}

/**
 * Starts a run, or finds the one that is there, and follows it to its end.
 * @throws the error of a run that failed, or was paused for one; E_BUG where a report doesn't add up
 */
export async function runJob(engines: Engines, wish: RunWish): Promise<RunEnd> {
  const started = await startRun(engines, wish);
  const startedAt = engines.now();
  const run = await followRun(engines, started.runId, {
    signal: wish.signal,
    onProgress: (progress) => wish.progress.show(describe(progress)),
  });
  wish.progress.clear();
  const summary = readSummary(run);
  const error = run.state === 'failed' || run.state === 'paused' ? storedError(run) : undefined;
  if (error !== undefined) throw error;
  const wrong = summary === undefined ? [] : sumsAddUp(summary);
  if (wrong.length > 0)
    throw new NightjarError('E_BUG', `the report of ${run.runId} does not add up: ${wrong.join('; ')}`);
  const wasDone = started.how === 'found' && run.finishedAt !== undefined && run.finishedAt <= startedAt;
  return { run, summary, exitCode: exitCodeOf(run, summary), wasDone };
}

function describe(progress: Progress): string {
  const count = progress.total === undefined ? '' : ` ${progress.done} of ${progress.total}`;
  const more = [progress.place, progress.held, progress.failing]
    .map((text) => (text === undefined ? '' : `; ${text}`))
    .join('');
  return `${progress.runId}: ${progress.state}${count}${more}`;
}
