/**
 * Starts what is due of a job: slots of its schedule, or slots of the job that it follows. The database alone decides,
 * under a lock of the job; a run that is there already is never touched.
 */

import { withLock } from '../../database/connecting/lock';
import { decideUntil, type JobSchedule, listSlotsToFollow, noteJobSchedule } from '../../database/runs/job-schedules';
import { findLatestRun, hasFullRun } from '../../database/runs/run-lists';
import type { RunRow } from '../../database/runs/runs';
import { RESTORED } from '../../database/runs/starts';
import { isNightjarError, NightjarError } from '../../errors';
import type { Schedule } from '../../job/base-job';
import type { ParsedJob } from '../../job/definition';
import { decideSlots } from '../../job/due-slots';
import { writeDuration } from '../../units';
import type { Engines } from '../engines';
import { tellOutage } from '../outages';
import { startRun } from '../start-run';
import type { JobFiles } from './job-files';

/** How long after a run is finished a follower that could not start, or was paused, still starts. */
const FOLLOW_MS = 24 * 3_600_000;

/** Starts the due slots of a job that is scheduled or follows another. */
export async function startDue(engines: Engines, files: JobFiles, job: ParsedJob): Promise<void> {
  const known = await noteJobSchedule(engines.db, job.name, engines.now());
  if (known.pausedAt !== undefined || !(await isAnythingDue(engines, job, known))) return;
  await withLock(engines.db, `schedule ${job.name}`, async () => {
    // Another worker may have decided meanwhile, or a person paused the job.
    const current = await noteJobSchedule(engines.db, job.name, engines.now());
    if (current.pausedAt !== undefined) return;
    if (job.schedule !== undefined) await startSlots({ engines, files, job, known: current }, job.schedule);
    else await followSlots({ engines, files, job, known: current });
  });
}

/** Looks without the lock: mostly nothing is due, and all workers look. */
async function isAnythingDue(engines: Engines, job: ParsedJob, known: JobSchedule): Promise<boolean> {
  if (job.schedule === undefined) return (await listToFollow(engines, job, known)).length > 0;
  const { start, missed } = decideSlots(job.schedule, { decidedUntil: known.decidedUntil, now: engines.now() });
  return start.length > 0 || missed !== undefined;
}

interface Due {
  readonly engines: Engines;
  readonly files: JobFiles;
  readonly job: ParsedJob;
  readonly known: JobSchedule;
}

async function startSlots({ engines, files, job, known }: Due, schedule: Schedule): Promise<void> {
  const { db, log } = engines;
  const { start, missed, missedBefore } = decideSlots(schedule, {
    decidedUntil: known.decidedUntil,
    now: engines.now(),
  });
  if (missed !== undefined) {
    log('warn', 'slots missed', { job: job.name, from: missed.slot, grace: writeDuration(schedule.grace) });
    await decideUntil(db, job.name, missedBefore - 1);
  }
  let waits = false;
  for (const { slot, at } of start) {
    // A slot that waits holds up no other, and is not decided before it has ended to wait.
    if ((await startSlot({ engines, files, job, known }, slot)) === 'later') waits = true;
    if (!waits) await decideUntil(db, job.name, at);
  }
}

async function followSlots(due: Due): Promise<void> {
  for (const slot of await listToFollow(due.engines, due.job, due.known)) await startSlot(due, slot);
}

async function listToFollow(engines: Engines, job: ParsedJob, known: JobSchedule): Promise<readonly string[]> {
  if (job.after === undefined) return [];
  const since = Math.max(known.since, engines.now() - FOLLOW_MS);
  const slots = await listSlotsToFollow(engines.db, { after: job.after, follower: job.name, since });
  return slots.filter((slot) => !reachedBy(engines).has(`${job.name} ${slot}`));
}

/** Slots of followers whose trials have reached everybody: it takes a look at all contacts to know. */
const reached = new WeakMap<Engines['db'], Set<string>>();
const REMEMBERED_SLOTS = 1000;

function reachedBy({ db }: Engines): Set<string> {
  const slots = reached.get(db) ?? new Set();
  reached.set(db, slots);
  if (slots.size > REMEMBERED_SLOTS) slots.clear();
  return slots;
}

/**
 * A slot that has a run for everybody, in whatever state and whoever started it, is done with. After trials alone, runs that
 * were kept to some recipients, all others get a run of their own, once the last trial has ended.
 */
async function startSlot({ engines, files, job }: Due, slot: string): Promise<'done' | 'later'> {
  const latest = await findLatestRun(engines.db, job.name, slot);
  if (latest !== undefined && (await hasFullRun(engines.db, job.name, slot))) return 'done';
  // Another database has begun it, and who got a mail of it is not known here.
  if (latest?.state === 'cancelled' && latest.pausedReason === RESTORED) return 'done';
  if (latest !== undefined && latest.state !== 'finished' && latest.state !== 'cancelled') {
    tellWait(engines, latest);
    return 'later';
  }
  try {
    const { runId } = await startRun(engines, { source: files.read(job.name), slot, again: latest !== undefined });
    engines.log('info', 'run started', { run: runId, by: job.after === undefined ? 'schedule' : `after ${job.after}` });
  } catch (error) {
    // The trials have reached everybody.
    if (latest === undefined || !isNightjarError(error) || error.code !== 'E_RUN_NO_RECIPIENTS') throw error;
    reachedBy(engines).add(`${job.name} ${slot}`);
  }
  return 'done';
}

/** A trial that has failed or is paused waits for a person, and everybody else of the slot with it. */
function tellWait(engines: Engines, { runId, state }: RunRow): void {
  const message = `the slot is run for all others when its trial ${runId} has ended, which is ${state}`;
  const error = new NightjarError('E_RUN_PARAMS', message, { fix: `nightjar runs cancel ${runId}` });
  tellOutage(engines, { subject: `slot waits for the end of ${runId}`, error, fields: { run: runId, state } });
}
