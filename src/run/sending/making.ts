/** Watches what is made of the recommendations: figures for the report, and the guard `excludedShare`, which pauses a run that leaves out too many. */

import type { Database } from '../../database/connecting/connection';
import type { ClaimedDelivery } from '../../database/ledger/claims';
import { countMaking, countToMake, type MakingCounts, readMakingCounts } from '../../database/ledger/making-counts';
import type { ChosenItems } from '../../job/slate';
import type { ShownFigures } from '../../report/summary';
import { type GuardCheck, PAUSED, pauseOnTrip, stopAtTrips } from '../guards/check';
import { count, percent } from '../guards/recipients';
import type { MadeMail } from '../mails/make-mail';
import type { Lane } from './lane';

const MADE = 'mail';
const FROM_FALLBACK = 'from_fallback';
/** Before the reasons of exclusions, and of items that were passed over. */
const EXCLUDED = 'excluded:';
const SKIPPED = 'skipped:';

/** Why a recipient gets no e-mail because there is too little to show; other reasons are the recipient's own. */
const TOO_LITTLE: ReadonlySet<string> = new Set(['no_recommendations', 'too_few_items', 'section_missing']);

/** A share says nothing of fewer e-mails; of a small run, half of them are enough. */
const LEAST_MADE = 100;
/** An approval lets a share rise to the next of so many steps, so that one that merely varies asks nobody again. */
const STEPS = 5;

export interface MakingTally {
  /** Takes a list of items as it was chosen. */
  note(chosen: ChosenItems): void;
  /** Makes the e-mail of a row, and counts what comes of it. */
  watch(row: ClaimedDelivery, make: () => MadeMail): MadeMail;
  /** Stores what was counted. */
  store(): Promise<void>;
}

/**
 * Makes the tally of one claim. A recipient counts once, and is left out where the last e-mail was: one that is made again,
 * after a 4xx answer say, was counted when it was made first, unless a person has let the run go on since.
 */
export function createMakingTally({ context, errorsSince }: Lane): MakingTally {
  const counts = new Map<string, number>();
  const add = (name: string, more: number) => void counts.set(name, (counts.get(name) ?? 0) + more);
  let isCounted = false;
  return {
    note: ({ fromFallback, skipped }) => {
      if (isCounted) return;
      if (fromFallback > 0) add(FROM_FALLBACK, fromFallback);
      for (const [reason, times] of Object.entries(skipped)) add(`${SKIPPED}${reason}`, times);
    },
    watch: ({ answeredAt }, make) => {
      isCounted = answeredAt !== undefined && answeredAt >= errorsSince;
      const made = make();
      if (made.kind === 'mail') {
        if (!isCounted) add(MADE, 1);
        return made;
      }
      if (isCounted) add(MADE, -1);
      if (TOO_LITTLE.has(made.answer.reason ?? '')) add(`${EXCLUDED}${made.answer.reason}`, 1);
      return made;
    },
    store: async () => {
      const { engines, run, shard } = context;
      await countMaking(engines.db, run.runId, { since: errorsSince, shard, counts });
    },
  };
}

/** Pauses the run if it leaves out a greater share than the job allows; true where it has. */
export async function stopAtExclusions({ context, job, errorsSince }: Lane): Promise<boolean> {
  const limit = job.guard?.excludedShare;
  if (limit === undefined) return false;
  const { db } = context.engines;
  const { runId } = context.run;
  const counts = await readMakingCounts(db, runId, errorsSince);
  const made = checkExclusions(limit, counts);
  if (!made.trips) return false;
  const chosen = await countToMake(db, runId, 2 * LEAST_MADE);
  if (totalOf(counts) < Math.min(LEAST_MADE, Math.ceil(chosen / 2))) return false;
  return (await pauseOnTrip(context, 'sending', () => stopAtTrips(context, [made]))) === PAUSED;
}

function totalOf(counts: MakingCounts): number {
  return (counts.get(MADE) ?? 0) + excludedOf(counts);
}

function excludedOf(counts: MakingCounts): number {
  return [...counts].reduce((sum, [name, times]) => (name.startsWith(EXCLUDED) ? sum + times : sum), 0);
}

/** Compares what was counted with the limit. */
export function checkExclusions(limit: number, counts: MakingCounts): GuardCheck {
  const [total, excluded] = [totalOf(counts), excludedOf(counts)];
  const share = total === 0 ? 0 : excluded / total;
  const reasons = [...counts]
    .filter(([name]) => name.startsWith(EXCLUDED) || name.startsWith(SKIPPED))
    .sort(([, a], [, b]) => b - a)
    .slice(0, 3)
    .map(([name, times]) => `${count(times)} ${name.slice(name.indexOf(':') + 1).replaceAll('_', ' ')}`);
  const found = reasons.length === 0 ? '' : `; most often: ${reasons.join(', ')}`;
  return {
    guard: 'excludedShare',
    limit: percent(limit),
    figure: `too little to show for ${count(excluded)} of ${count(total)} recipients (${percent(share)})${found}`,
    trips: share > limit,
    measure: Math.ceil(share * STEPS) / STEPS,
  };
}

/** Reads the figures of a run; nothing where every e-mail showed what was recommended first. */
export async function readShownFigures(db: Database, runId: string): Promise<ShownFigures | undefined> {
  const counts = await readMakingCounts(db, runId);
  const skipped = [...counts]
    .filter(([name]) => name.startsWith(SKIPPED))
    .map(([name, times]) => ({ name: name.slice(SKIPPED.length), count: times }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const fromFallback = counts.get(FROM_FALLBACK) ?? 0;
  return skipped.length === 0 && fromFallback === 0 ? undefined : { fromFallback, skipped };
}
