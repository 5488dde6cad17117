/** The alarms of schedules: BullMQ's job schedulers, each of which makes some worker look at the schedules in time. */
import type { Queue } from 'bullmq';
import type { Work } from './work';

/** When a job's alarm rings. */
export interface Alarm {
  readonly job: string;
  /** Five fields; BullMQ itself takes six as well, seconds first. */
  readonly cron: string;
  readonly timezone: string;
}

export type AlarmQueue = Pick<Queue, 'upsertJobScheduler' | 'removeJobScheduler' | 'getJobSchedulers'>;

const PREFIX = 'alarm~';
/** The stage of an alarm's work; its run is the job's name, which is no run id. */
const STAGE = 'alarm';
/** One that should have rung so long ago has lost its place in the queue. */
const OVERDUE_MS = 120_000;

/** Tells whether a piece of work is an alarm. */
export function isAlarm(work: Work): boolean {
  return work.stage === STAGE;
}

/**
 * Sets the alarms that are missing or other, and removes those of jobs that are gone.
 * @param keep  jobs whose alarms stay as they are
 */
export async function setAlarms(
  queue: AlarmQueue,
  alarms: readonly Alarm[],
  { keep }: { readonly keep: readonly string[] },
): Promise<void> {
  const found = new Map((await queue.getJobSchedulers()).map((scheduler) => [scheduler.key, scheduler]));
  for (const alarm of alarms) {
    const there = found.get(PREFIX + alarm.job);
    const isSame = there?.pattern === alarm.cron && there.tz === alarm.timezone;
    if (!isSame || (there.next ?? 0) < Date.now() - OVERDUE_MS) await setAlarm(queue, alarm);
  }
  const wanted = new Set([...alarms.map(({ job }) => job), ...keep].map((job) => PREFIX + job));
  for (const key of found.keys()) if (key.startsWith(PREFIX) && !wanted.has(key)) await queue.removeJobScheduler(key);
}

/** Of workers that set the same alarm at the same time one may be told that its job is there already; then it is set. */
async function setAlarm(queue: AlarmQueue, { job, cron, timezone }: Alarm): Promise<void> {
  const data: Work = { runId: job, stage: STAGE, shard: 0 };
  const template = { name: STAGE, data, opts: { removeOnComplete: true, removeOnFail: true } };
  const set = () => queue.upsertJobScheduler(PREFIX + job, { pattern: cron, tz: timezone }, template);
  try {
    await set();
  } catch {
    await set();
  }
}
