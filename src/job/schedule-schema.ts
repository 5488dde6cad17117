/** The shape of when a job runs: its schedule, or the job that it follows. */
import { z } from 'zod';
import { parseDuration } from '../units';
import { explainCron } from './cron';
import { JOB_NAME } from './keys';
import { refineName } from './names';
import { isEverDue } from './schedule';

/** Shorter ones would lose slots to the wait between two looks of the workers. */
const SHORTEST_GRACE_MS = 60_000;
const LONGEST_GRACE_MS = 31 * 86_400_000;

const cron = z
  .string()
  .superRefine((text, context) => {
    const expected = explainCron(text) ?? (isEverDue(text) ? undefined : 'a day that the calendar has');
    if (expected !== undefined) context.addIssue({ code: 'custom', input: text, params: { expected } });
  })
  .meta({
    description: 'When the job runs: a cron expression of five fields',
    expected: 'a cron expression of five fields',
    examples: ['0 2 * * *'],
  });

const timezone = z
  .string()
  .superRefine((name, context) =>
    refineName(name, { context, isKnown: isTimeZone, candidates: () => Intl.supportedValuesOf('timeZone') }),
  )
  .meta({
    description: 'The time zone of the schedule',
    expected: 'the name of a time zone such as Asia/Tokyo',
    examples: ['Asia/Tokyo'],
  });

const missed = z
  .enum(['run-latest', 'run-all', 'skip'])
  .default('run-latest')
  .meta({
    description: 'What becomes of slots that no worker was there for: the latest runs, all run, or none',
    expected: 'run-latest, run-all or skip',
    examples: ['run-latest'],
  });

const grace = z
  .string()
  .refine((text) => {
    const ms = parseDuration(text) ?? 0;
    return ms >= SHORTEST_GRACE_MS && ms <= LONGEST_GRACE_MS;
  })
  .optional()
  .meta({
    description: 'How late a missed slot may start; what is later never runs. 6h unless given',
    expected: 'a duration of 1m to 31d such as 6h',
    examples: ['6h'],
  });

/** The field `schedule`. */
export const scheduleField = z
  .strictObject({ cron, timezone, missed, grace })
  .optional()
  .meta({
    description: 'When workers start the job',
    expected: 'a map of cron, timezone, missed and grace',
    examples: [{ cron: '0 2 * * *', timezone: 'Asia/Tokyo' }],
  });

/** The field `after`. */
export const afterField = z
  .string()
  .regex(JOB_NAME)
  .optional()
  .meta({
    description: 'The job that this one follows: it starts for a slot when the run of that slot is finished',
    expected: 'the name of a job',
    examples: ['category-fans'],
  });

function isTimeZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
    );
  } catch {
    return false;
  }
}
