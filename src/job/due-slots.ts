/** Decides which slots of a schedule are to be started, of those that came since the last decision. */
import type { Schedule } from './base-job';
import { fireTimes, nextFire, slotAt } from './schedule';

/** A slot to start; `at` is its fire time in epoch ms. */
export interface DueSlot {
  readonly slot: string;
  readonly at: number;
}

export interface Decision {
  /** In the order of their times; one that is started decides all fire times up to its own. */
  readonly start: readonly DueSlot[];
  /** The first slot that is too late by the schedule's grace, and never starts. */
  readonly missed: DueSlot | undefined;
  /** Before this instant, epoch ms, all that is not started is missed. */
  readonly missedBefore: number;
}

/** Started by one decision; the next one goes on. */
const MOST_SLOTS = 50;
const FIRST_WINDOW_MS = 60_000;

/**
 * Decides at `now` about the fire times after `decidedUntil`, both epoch ms. What is later than its grace is missed; of
 * the others all start with `run-all`, else the latest.
 */
export function decideSlots(
  schedule: Schedule,
  { decidedUntil, now }: { readonly decidedUntil: number; readonly now: number },
): Decision {
  const missedBefore = now - schedule.grace;
  const first = nextFire(schedule, decidedUntil);
  if (first === undefined || first > now) return { start: [], missed: undefined, missedBefore };
  const range = { after: Math.max(decidedUntil, missedBefore - 1), until: now };
  const times =
    schedule.missed === 'run-all' ? fireTimes(schedule, { ...range, limit: MOST_SLOTS }) : findLatest(schedule, range);
  const name = (at: number): DueSlot => ({ slot: slotAt(schedule, at), at });
  return { start: times.map(name), missed: first < missedBefore ? name(first) : undefined, missedBefore };
}

/** Looks back further and further, so that a month of minutes is not listed for its last. */
function findLatest(schedule: Schedule, { after, until }: { after: number; until: number }): readonly number[] {
  for (let window = FIRST_WINDOW_MS; ; window *= 2) {
    const from = Math.max(after, until - window);
    const latest = fireTimes(schedule, { after: from, until }).at(-1);
    if (latest !== undefined) return [latest];
    if (from === after) return [];
  }
}
