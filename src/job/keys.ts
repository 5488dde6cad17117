/** Makes and reads the keys of runs, slots and queue jobs. */
import { NightjarError } from '../errors';
import { isCalendarDay } from './instant';

/** What a job may be named: it stands in run ids, S3 keys and names of batch jobs. */
export const JOB_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

const RUN_ID = /^(?<job>[a-z0-9][a-z0-9-]{0,39})\.(?<slot>\d{4}-\d{2}-\d{2}(?:T\d{4})?)(?:\.(?<again>[1-9]\d*))?$/;
const SHARD = /^[A-Za-z0-9][A-Za-z0-9._-]*$/;

/** What a run is of. */
export interface RunKey {
  readonly job: string;
  /** Of `slotOf`. */
  readonly slot: string;
  /** Which run of the slot it is, from 1. */
  readonly number: number;
}

/**
 * Reads the slot of a run.
 *
 * @param text  `2026-03-01`, or `2026-03-01T0630` where a schedule has several a day
 * @throws E_USAGE if the text is of another form, or no day of the calendar or minute of the day
 */
export function slotOf(text: string): string {
  const [day = '', time = '0000', ...rest] = text.split('T');
  if (isCalendarDay(day) && rest.length === 0 && /^([01]\d|2[0-3])[0-5]\d$/.test(time)) return text;
  throw new NightjarError('E_USAGE', `the slot is "${text.slice(0, 40)}"; expected a date, or a date and a time`, {
    fix: 'write it as 2026-03-01 or 2026-03-01T0630',
  });
}

/** Makes the id of a run: `<job>.<slot>`, and `.2` and so on for further runs of the slot. */
export function runId({ job, slot, number }: RunKey): string {
  return number === 1 ? `${job}.${slot}` : `${job}.${slot}.${number}`;
}

/** Reads a run id; undefined where the text is none. */
export function parseRunId(id: string): RunKey | undefined {
  const groups = RUN_ID.exec(id)?.groups;
  const [job, slot, number] = [groups?.job, groups?.slot, Number(groups?.again ?? '1')];
  if (job === undefined || slot === undefined || !isSlot(slot)) return undefined;
  const key = { job, slot, number };
  return runId(key) === id ? key : undefined;
}

/** A step of a run, as one queue job. */
export interface QueueJobKey {
  /** A run id. */
  readonly run: string;
  readonly stage: string;
  /** Which part of the stage; letters, digits, dots, dashes and underscores. */
  readonly shard: string;
}

/**
 * Makes the id of a queue job, `<run>~<stage>~<shard>`.
 * BullMQ takes neither whole numbers nor a ":" as ids, and this can be neither.
 *
 * @throws E_BUG if a part has a character that the parts may not have
 */
export function queueJobId({ run, stage, shard }: QueueJobKey): string {
  if (parseRunId(run) !== undefined && SHARD.test(stage) && SHARD.test(shard)) return `${run}~${stage}~${shard}`;
  throw new NightjarError('E_BUG', `"${run}", "${stage}" and "${shard}" make no queue job id`);
}

/** Reads a queue job id; undefined where the text is none. */
export function parseQueueJobId(id: string): QueueJobKey | undefined {
  const [run = '', stage = '', shard = '', ...rest] = id.split('~');
  const isKey = rest.length === 0 && parseRunId(run) !== undefined && SHARD.test(stage) && SHARD.test(shard);
  return isKey ? { run, stage, shard } : undefined;
}

/** Tells whether a text is a slot, as `slotOf` reads it. */
export function isSlot(text: string): boolean {
  try {
    return slotOf(text) === text;
  } catch {
    return false;
  }
}
