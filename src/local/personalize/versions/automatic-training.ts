/** Trains new versions of solutions by their schedules. Source: developer guide, "Configuring automatic training". */
import { isAwsFault } from '../../http/fault';
import { daysOf } from '../checks/solution-check';
import type { Plane } from '../plane';
import { lifeOf } from '../resources/life';
import { type Solution, startTraining } from './train-version';
import { versionsOf } from './versions';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** AWS starts the first training within an hour, and skips it where a version is made by hand in that time. */
const FIRST_MS = 50 * MINUTE_MS;

const DEFAULT_DAYS = 7;

/**
 * Starts the trainings that are due now. What can't start, for example since no data was imported, is tried again at
 * the next call. Does nothing where the local AWS does not train by itself.
 */
export async function trainBySchedule(plane: Plane): Promise<void> {
  if (!plane.trainsByItself) return;
  await plane.takeTurns('change', async () => {
    for (const solution of plane.resources.solutions.list()) {
      if (!isDue(plane, solution)) continue;
      const request = { solutionArn: solution.arn, trainingMode: 'AUTOTRAIN' } as const;
      await startTraining(plane, solution, { request, trainingType: 'AUTOMATIC' }).catch((error: unknown) => {
        if (!isAwsFault(error)) throw error;
      });
    }
  });
}

/** Of trainings that were missed while nothing was served, one is made up for. */
function isDue(plane: Plane, solution: Solution): boolean {
  const { detail, outcome, readyMs } = solution;
  if (detail.performAutoTraining === false || lifeOf(plane, solution).status !== 'ACTIVE') return false;
  const sinceMs = detail.automaticSinceMs ?? Math.max(outcome?.atMs ?? 0, readyMs);
  const schedule = detail.solutionConfig?.autoTrainingConfig?.schedulingExpression;
  const periodMs = (schedule === undefined ? DEFAULT_DAYS : daysOf(schedule)) * DAY_MS;
  const turn = Math.floor((plane.now() - sinceMs - FIRST_MS) / periodMs);
  if (turn < 0) return false;
  const dueMs = sinceMs + FIRST_MS + turn * periodMs;
  return !versionsOf(plane, solution.arn).some(({ createdMs, detail: { trainingType } }) => {
    if (trainingType === 'AUTOMATIC') return createdMs >= dueMs;
    return turn === 0 && createdMs >= sinceMs && createdMs <= sinceMs + HOUR_MS;
  });
}
