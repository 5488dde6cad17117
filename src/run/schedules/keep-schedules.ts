/** Keeps the schedules of a worker's project: looks at all jobs again and again, and whenever an alarm rings. */
import { createSlots } from '../../database/connecting/slots';
import type { ParsedJob } from '../../job/definition';
import type { Alarm } from '../../queue/alarms';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { forgetOutage, tellOutage } from '../outages';
import { createLateWatcher, type LateWatcher } from '../told/late';
import { createJobReader, type JobFiles, type ReadJobs, type WrongJob } from './job-files';
import { startDue } from './start-due';

export interface Schedules {
  /** Looks now, or once more after the look that is under way. */
  look(): void;
  /** Looks no more, and waits for the look and the starts that are under way. */
  close(): Promise<void>;
}

/** How soon a job that could not be started is tried again. */
const RETRY_MS = 60_000;
/** How often alarms are compared with those of the queue, which may have been lost. */
const ALARMS_MS = 60_000;

/** How many jobs are started at a time: each takes a lock, and so a connection of its own. */
const STARTS_AT_A_TIME = 4;

/**
 * Makes one look at all jobs, which starts what is due; what it remembers between looks spares calls.
 * @param signal  begins no other job once it is aborted
 */
export function createLook(engines: Engines, files: JobFiles, signal?: AbortSignal): () => Promise<void> {
  const begin = createBeginner(engines, files, signal);
  return async () => {
    await Promise.all(await begin());
  };
}

/** Makes looks that don't wait for what they begin: a start that takes its time delays those of no other job. */
function createBeginner(
  engines: Engines,
  files: JobFiles,
  signal?: AbortSignal,
): () => Promise<readonly Promise<void>[]> {
  const read = createJobReader(engines, files);
  const setAlarms = createAlarmSetter(engines);
  const lateness = createLateWatcher(engines);
  const startJob = createStarter(engines, files, signal);
  const slots = createSlots(STARTS_AT_A_TIME);
  const underWay = new Set<string>();
  const start = async (job: ParsedJob) => {
    underWay.add(job.name);
    try {
      await slots.run(() => startJob(job));
    } finally {
      underWay.delete(job.name);
    }
  };
  return async () => {
    const found = read();
    tellWrong(engines, found.wrong);
    await setAlarms(found);
    // Before what is due is started: a slot that comes after its deadline was late.
    await judgeLateness(engines, lateness, found);
    const startable = found.jobs.filter(({ schedule, after }) => schedule !== undefined || after !== undefined);
    return startable.filter(({ name }) => !underWay.has(name)).map(start);
  };
}

/** Makes what starts the due slots of one job, and tries one that failed again later; it never rejects. */
function createStarter(
  engines: Engines,
  files: JobFiles,
  signal: AbortSignal | undefined,
): (job: ParsedJob) => Promise<void> {
  const retryAt = new Map<string, number>();
  const isStopped = () => signal?.aborted === true;
  return async (job) => {
    if (isStopped() || (retryAt.get(job.name) ?? 0) > engines.now()) return;
    const subject = `starting ${job.name} by its schedule`;
    try {
      await startDue(engines, files, job);
      if (retryAt.delete(job.name)) forgetOutage(subject);
    } catch (error) {
      if (isStopped()) return;
      retryAt.set(job.name, engines.now() + RETRY_MS);
      tellOutage(engines, { subject, error: explainFailure(error) });
    }
  };
}

async function judgeLateness(engines: Engines, lateness: LateWatcher, { jobs, wrong }: ReadJobs): Promise<void> {
  const subject = 'judging which slots are late';
  try {
    for (const job of jobs) await lateness.judge(job);
    for (const { name } of wrong) await lateness.judgeUnread(name);
    forgetOutage(subject);
  } catch (error) {
    tellOutage(engines, { subject, error: explainFailure(error) });
  }
}

function tellWrong(engines: Engines, wrong: readonly WrongJob[]): void {
  for (const { name, error } of wrong) {
    const { where, fix } = error;
    const fields = { file: where?.file, line: where?.line, fix };
    tellOutage(engines, { subject: `the job ${name} is wrong and is not started`, error, fields });
  }
}

/** Alarms only make workers look in time: where they are lost, the next look finds what is due. */
function createAlarmSetter({ queue, now, log }: Engines): (found: ReadJobs) => Promise<void> {
  let last = '';
  let setAt = Number.NEGATIVE_INFINITY;
  return async ({ jobs, wrong }) => {
    const alarms = jobs.flatMap(({ name, schedule }): Alarm[] =>
      schedule === undefined ? [] : [{ job: name, cron: schedule.cron, timezone: schedule.timezone }],
    );
    const text = JSON.stringify(alarms);
    if (text === last && now() - setAt < ALARMS_MS) return;
    try {
      await queue.setAlarms(alarms, { keep: wrong.map(({ name }) => name) });
      last = text;
      setAt = now();
    } catch (error) {
      log('debug', 'alarms not set', { reason: explainFailure(error).message });
    }
  };
}

/** Looks every `queue.reconcileSeconds`, never twice at a time; starts that take their time go on beside the looks. */
export function keepSchedules(engines: Engines, files: JobFiles): Schedules {
  const stop = new AbortController();
  const begin = createBeginner(engines, files, stop.signal);
  const starting = new Set<Promise<void>>();
  const subject = 'looking at schedules';
  let wanted = false;
  let looking: Promise<void> | undefined;
  const run = async () => {
    while (wanted && !stop.signal.aborted) {
      wanted = false;
      try {
        for (const start of await begin()) {
          starting.add(start);
          void start.finally(() => starting.delete(start));
        }
        forgetOutage(subject);
      } catch (error) {
        if (!stop.signal.aborted) tellOutage(engines, { subject, error: explainFailure(error) });
      }
    }
    looking = undefined;
  };
  const look = () => {
    wanted = true;
    looking ??= run();
  };
  const timer = setInterval(look, engines.settings.queue.reconcileSeconds * 1000);
  look();
  return {
    look,
    close: async () => {
      stop.abort();
      clearInterval(timer);
      await looking;
      await Promise.all(starting);
    },
  };
}
