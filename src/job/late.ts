/** Tells which slots of a schedule have passed their deadlines. */
import type { Schedule } from './base-job';
import type { LateRule } from './notify';
import { fireTimes, slotAt } from './schedule';

type Times = Pick<Schedule, 'cron' | 'timezone'>;

/** A slot with its time and the instant at which it is late, both epoch ms. */
export interface SlotDeadline {
  readonly slot: string;
  readonly at: number;
  readonly deadline: number;
}

/** Two equal local times lie no further apart, also where clocks jump by a day. */
const LONGEST_DAY_MS = 50 * 3_600_000;

/**
 * Lists the slots whose deadlines lie after one instant and not after another, the oldest first.
 * A deadline `by` is the first such local time after the slot's own: a slot of 22:00 has until 06:00 of the next day. It
 * follows the rules of schedules: a time that a jump leaves out comes as much later, and one that comes twice counts once.
 */
export function passedDeadlines(
  schedule: Times,
  rule: LateRule,
  { after, until }: { readonly after: number; readonly until: number },
): readonly SlotDeadline[] {
  if ('within' in rule) {
    const range = { after: after - rule.within, until: until - rule.within };
    return fireTimes(schedule, range).map((at) => describe(schedule, at, at + rule.within));
  }
  const clock = { cron: cronOf(rule.by), timezone: schedule.timezone };
  return fireTimes(clock, { after, until }).flatMap((deadline) => {
    const before = fireTimes(clock, { after: deadline - LONGEST_DAY_MS, until: deadline - 1 }).at(-1);
    const range = { after: (before ?? deadline - LONGEST_DAY_MS) - 1, until: deadline - 1 };
    return fireTimes(schedule, range).map((at) => describe(schedule, at, deadline));
  });
}

function describe(schedule: Times, at: number, deadline: number): SlotDeadline {
  return { slot: slotAt(schedule, at), at, deadline };
}

function cronOf(time: string): string {
  const [hour = '0', minute = '0'] = time.split(':');
  return `${Number(minute)} ${Number(hour)} * * *`;
}
