/** Finds slots that are not finished by their deadlines, by what the jobs' files say. */
import { isDeepStrictEqual } from 'node:util';
import { z } from 'zod';
import { noteJobSchedule } from '../../database/runs/job-schedules';
import {
  findUndoneSlots,
  judgeUntil,
  noteLateSlot,
  readDeadlineMarks,
  readWatch,
  saveWatch,
} from '../../database/runs/late';
import type { ParsedJob } from '../../job/definition';
import { passedDeadlines, type SlotDeadline } from '../../job/late';
import { type LateRule, type NotifyRules, readNotifyRules } from '../../job/notify';
import type { Engines } from '../engines';

/** Whoever was away longer is not told of every night that has passed. */
const LOOK_BACK_MS = 24 * 3_600_000;

/** What has to be known of a job to tell that a slot is late. */
interface Watch {
  readonly schedule: { readonly cron: string; readonly timezone: string };
  readonly notify: NotifyRules & { readonly late: LateRule };
}

const watchSchema = z.object({
  schedule: z.object({ cron: z.string(), timezone: z.string() }),
  notify: z.unknown(),
});

export interface LateWatcher {
  /** Judges the deadlines of a job that have passed since they were judged last. */
  judge(job: ParsedJob): Promise<void>;
  /** Does the same for a job whose file can't be read, by what it said before. */
  judgeUnread(name: string): Promise<void>;
}

/** Makes the watcher of a worker; what it remembers spares writing the same again. */
export function createLateWatcher(engines: Pick<Engines, 'db' | 'now'>): LateWatcher {
  const saved = new Map<string, string>();
  return {
    judge: async (job) => {
      const watch = watchOf(job);
      const text = JSON.stringify(watch ?? null);
      if (saved.get(job.name) !== text) {
        if (watch !== undefined) await noteJobSchedule(engines.db, job.name, engines.now());
        await changeWatch(engines, job.name, watch);
        saved.set(job.name, text);
      }
      if (watch !== undefined) await judgeDeadlines(engines, job.name, watch);
    },
    judgeUnread: async (name) => {
      const watch = readStoredWatch(await readWatch(engines.db, name));
      if (watch !== undefined) await judgeDeadlines(engines, name, watch);
    },
  };
}

function watchOf({ schedule, notify }: ParsedJob): Watch | undefined {
  if (schedule === undefined || notify?.late === undefined) return undefined;
  const { cron, timezone } = schedule;
  return { schedule: { cron, timezone }, notify: { ...notify, late: notify.late } };
}

function readStoredWatch(stored: unknown): Watch | undefined {
  const { data } = watchSchema.safeParse(stored);
  const notify = readNotifyRules(data?.notify);
  if (data === undefined || notify?.late === undefined) return undefined;
  return { schedule: data.schedule, notify: { ...notify, late: notify.late } };
}

/**
 * Stores what a job's file says now. What has passed until now is judged by what it said before: a rule or a schedule that
 * is new begins with its next deadline.
 */
async function changeWatch(engines: Pick<Engines, 'db' | 'now'>, job: string, watch: Watch | undefined): Promise<void> {
  const before = readStoredWatch(await readWatch(engines.db, job));
  if (isDeepStrictEqual(before, readStoredWatch(watch))) return;
  const now = engines.now();
  if (before !== undefined) await judgeDeadlines({ db: engines.db, now: () => now }, job, before);
  await judgeUntil(engines.db, job, now);
  await saveWatch(engines.db, job, watch ?? null);
}

async function judgeDeadlines(engines: Pick<Engines, 'db' | 'now'>, job: string, watch: Watch): Promise<void> {
  const { db } = engines;
  // One instant for all: a deadline between two of them would be judged by nobody.
  const now = engines.now();
  const seen = await readDeadlineMarks(db, job, { lock: false });
  if (seen === undefined) return;
  if (seen.lateUntil === undefined) return judgeUntil(db, job, now);
  if (listPassed(watch, seen.lateUntil, now).length === 0) return;
  await db.transaction().execute(async (trx) => {
    // Another worker may have judged meanwhile.
    const marks = await readDeadlineMarks(trx, job, { lock: true });
    if (marks?.lateUntil === undefined) return;
    const passed = listPassed(watch, marks.lateUntil, now);
    const slots = passed.map(({ slot }) => slot);
    const decided = passed.filter(({ at }) => at <= marks.decidedUntil).map(({ slot }) => slot);
    const undone = (await findUndoneSlots(trx, job, { slots, decided })).filter(({ slot, runId }) => {
      const at = passed.find((one) => one.slot === slot)?.at ?? 0;
      return runId !== undefined || (marks.pausedAt === undefined && at > marks.since);
    });
    const newest = undone.at(-1);
    const deadline = passed.find(({ slot }) => slot === newest?.slot)?.deadline;
    if (newest !== undefined && deadline !== undefined) {
      const others = undone.length - 1;
      await noteLateSlot(trx, { ...newest, job, deadline, others, rules: watch.notify, now });
    }
    await judgeUntil(trx, job, now);
  });
}

function listPassed({ schedule, notify }: Watch, lateUntil: number, now: number): readonly SlotDeadline[] {
  const after = Math.max(lateUntil, now - LOOK_BACK_MS);
  return passedDeadlines(schedule, notify.late, { after, until: now });
}
