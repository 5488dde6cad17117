/**
 * Tells when a schedule fires. cron-parser reads the expression; the jumps of a zone's clocks are taken here:
 * a local time fires once, and one that a jump leaves out fires as much later as the clocks were put forward.
 */
import { CronExpressionParser } from 'cron-parser';
import type { Schedule } from './base-job';
import { findJump, type Jump, offsetAt } from './time-zone';

type Times = Pick<Schedule, 'cron' | 'timezone'>;

/** No clock is put forward or back by more. */
const LONGEST_JUMP_MS = 26 * 3_600_000;
/** The eight years from 2096 to 2104 have no 29 February; eight jumps a year are more than any zone has. */
const MOST_JUMPS = 64;

/**
 * Finds the first fire time after an instant.
 *
 * @param after  epoch ms; a fire time at that very instant is not found
 * @returns epoch ms; undefined where the schedule never fires again
 */
export function nextFire(schedule: Times, after: number): number | undefined {
  const { timezone } = schedule;
  let last = findLastJump(timezone, after);
  let from = after;
  for (let jumps = 0; jumps < MOST_JUMPS; jumps++) {
    const late = last === undefined ? undefined : nextLeftOut(schedule, last, after);
    const regular = nextRegular(schedule, { from, last });
    const jump = regular === undefined ? undefined : findJump(timezone, Math.max(from, last?.at ?? from), regular);
    if (jump === undefined) return earlier(late, regular);
    if (late !== undefined) return late;
    from = jump.at - 1;
    last = jump;
  }
  return undefined;
}

interface Segment {
  readonly from: number;
  /** The jump that it begins with, where there is one shortly before. */
  readonly last: Jump | undefined;
}

/** Finds the next match by the clocks of one offset, as if they never jumped again. */
function nextRegular({ cron, timezone }: Times, { from, last }: Segment): number | undefined {
  const offset = last?.after ?? offsetAt(timezone, from);
  const next = nextLocal(cron, from + offset);
  if (next === undefined) return undefined;
  // Clocks that were put back show these times again.
  const repeatedUntil = last === undefined ? next : last.at + last.before;
  if (last === undefined || next >= repeatedUntil) return next - offset;
  const later = nextLocal(cron, repeatedUntil - 1);
  return later === undefined ? undefined : later - offset;
}

/** Finds the next match among the local times that a jump left out, at the instant that the old clocks would have shown it. */
function nextLeftOut({ cron }: Times, { at, before, after }: Jump, from: number): number | undefined {
  if (after <= before) return undefined;
  const next = nextLocal(cron, Math.max(from, at - 1) + before);
  return next !== undefined && next < at + after ? next - before : undefined;
}

function findLastJump(timezone: string, at: number): Jump | undefined {
  return findJump(timezone, at - LONGEST_JUMP_MS, at);
}

function earlier(a: number | undefined, b: number | undefined): number | undefined {
  return a === undefined || b === undefined ? (a ?? b) : Math.min(a, b);
}

/** Local times are written as if they were UTC, where no clock jumps. */
function nextLocal(cron: string, after: number): number | undefined {
  try {
    return CronExpressionParser.parse(cron, { tz: 'UTC', currentDate: new Date(after) })
      .next()
      .getTime();
  } catch {
    // It names days that no calendar has.
    return undefined;
  }
}

/** Lists the fire times after one instant and not after another, the first `limit`. */
export function fireTimes(
  schedule: Times,
  range: { readonly after: number; readonly until: number; readonly limit?: number },
): readonly number[] {
  const times: number[] = [];
  let next = nextFire(schedule, range.after);
  while (next !== undefined && next <= range.until && times.length < (range.limit ?? Number.POSITIVE_INFINITY)) {
    times.push(next);
    next = nextFire(schedule, next);
  }
  return times;
}

/**
 * Names the slot of a fire time: the local date, and hour and minute where the expression names several times of a day.
 * A time that a jump left out keeps its name: 23:30 that fires at 00:30 is a slot of the day before.
 */
export function slotAt(schedule: Times, at: number): string {
  const { cron, timezone } = schedule;
  const shown = at + offsetAt(timezone, at);
  const isRegular = nextLocal(cron, shown - 1) === shown;
  const meant = isRegular ? shown : at + (findLastJump(timezone, at)?.before ?? offsetAt(timezone, at));
  const local = new Date(meant).toISOString();
  const date = local.slice(0, 10);
  return firesOnceADay(cron) ? date : `${date}T${local.slice(11, 13)}${local.slice(14, 16)}`;
}

function firesOnceADay(cron: string): boolean {
  const { hour, minute } = CronExpressionParser.parse(cron, { tz: 'UTC' }).fields;
  return hour.values.length * minute.values.length === 1;
}

/** Tells whether an expression ever fires: `0 0 30 2 *` does not. */
export function isEverDue(cron: string): boolean {
  return nextLocal(cron, 0) !== undefined;
}
