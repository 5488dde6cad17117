/** Builds when a job starts from the checked fields of its file. */
import type { z } from 'zod';
import { type Milliseconds, parseDuration } from '../units';
import type { EmailJob } from './email-job';
import type { afterField, scheduleField } from './schedule-schema';

const MINUTE_MS = 60_000;
const GRACE_MS = (6 * 60 * MINUTE_MS) as Milliseconds;
/** A slot is not missed by a worker that was busy or restarted. */
const SKIP_GRACE_MS = (5 * MINUTE_MS) as Milliseconds;

interface StartFields {
  readonly schedule?: z.output<typeof scheduleField>;
  readonly after?: z.output<typeof afterField>;
}

/** Builds schedule and after; a job of neither is started by hand. */
export function buildStart({ schedule, after }: StartFields): Pick<EmailJob, 'schedule' | 'after'> {
  if (schedule === undefined) return after === undefined ? {} : { after };
  const { cron, timezone, missed, grace } = schedule;
  const given = grace === undefined ? undefined : parseDuration(grace);
  return { schedule: { cron, timezone, missed, grace: missed === 'skip' ? SKIP_GRACE_MS : (given ?? GRACE_MS) } };
}
