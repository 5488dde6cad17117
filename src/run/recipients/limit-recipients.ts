/** Chooses the first recipients of a slot, where a run is limited, in an order that has nothing to do with who they are. */
import { createHash } from 'node:crypto';
import type { Database } from '../../database/connecting/connection';
import { planDeliveries } from '../../database/ledger/deliveries';
import { findUnhandled, listUsersOfRun, type Recipient } from '../../database/ledger/slot-ledger';
import type { RunRow } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import type { ParsedJob } from '../../job/definition';
import type { Engines } from '../engines';
import {
  type ChoiceCounts,
  type ChosenRecipient,
  chooseRecipients,
  type RecipientRule,
  tally,
} from './choose-recipients';

/** The reason of those beyond the limit; they are not planned, so another run of the slot reaches them. */
export const OVER_LIMIT = 'over_limit';

/** Sorted and cut again after so many more. */
const SPARE = 10_000;

/** Keeps the first recipients of all that are added. */
export interface Limiter<One extends Recipient> {
  add(recipient: One): void;
  /** At most `limit`, each address once, in the order in which they were added. */
  list(): readonly One[];
}

/** @param order.limit  0 or more */
export function createLimiter<One extends Recipient>(order: {
  readonly slot: string;
  readonly limit: number;
}): Limiter<One> {
  let kept: { readonly key: string; readonly nth: number; readonly recipient: One }[] = [];
  let nth = 0;
  const cut = () => {
    const sorted = kept.sort((a, b) => (a.key < b.key ? -1 : 1));
    const addresses = new Set<string>();
    kept = sorted
      .filter(({ recipient }) => addresses.size < addresses.add(recipient.addressHash).size)
      .slice(0, order.limit);
  };
  return {
    add: (recipient) => {
      nth += 1;
      kept.push({ key: keyOf(order.slot, recipient.userId), nth, recipient });
      if (kept.length > order.limit + SPARE) cut();
    },
    list: () => {
      cut();
      return [...kept].sort((a, b) => a.nth - b.nth).map(({ recipient }) => recipient);
    },
  };
}

/** Stable for a slot, another order for the next one. */
function keyOf(slot: string, userId: string): string {
  return createHash('sha256').update(`${slot}\n${userId}`).digest('hex');
}

interface LimitedRun {
  readonly job: string;
  readonly slot: string;
  readonly limit: number;
  /** A run that may have planned some already. */
  readonly runId?: string;
}

/** Goes through all contacts and chooses the first of those whom a run of the slot would plan; `counts` has the others as over_limit. */
export async function chooseFirst(
  db: Database,
  rule: RecipientRule,
  run: LimitedRun,
): Promise<{ readonly counts: ChoiceCounts; readonly first: readonly ChosenRecipient[]; readonly handled: number }> {
  const own = run.runId === undefined ? new Set<string>() : await listUsersOfRun(db, run.runId);
  const limiter = createLimiter<ChosenRecipient>({ slot: run.slot, limit: Math.max(0, run.limit - own.size) });
  let [waiting, handled] = [0, 0];
  const { considered, leftOut } = await chooseRecipients(db, rule, async (batch) => {
    const unhandled = await findUnhandled(db, run, batch);
    for (const recipient of batch) {
      if (!unhandled.has(recipient.userId)) handled += 1;
      else if (!own.has(recipient.userId)) {
        waiting += 1;
        limiter.add(recipient);
      }
    }
  });
  const first = limiter.list();
  const over = waiting - first.length;
  const reasons = new Map(leftOut.map(({ name, count }) => [name, count]));
  return {
    counts: { considered, leftOut: over === 0 ? leftOut : tally(reasons.set(OVER_LIMIT, over)) },
    first,
    handled,
  };
}

const PLANNED_ROWS = 5000;

/** Chooses the recipients of a run and writes their rows into the ledger; where it is limited, those of the first alone. */
export async function planRecipients(
  { db, now }: Pick<Engines, 'db' | 'now'>,
  run: RunRow,
  rule: RecipientRule,
): Promise<ChoiceCounts> {
  const save = (rows: readonly ChosenRecipient[]) => planDeliveries(db, run, { rows, now: now() });
  const { limit } = run;
  if (limit === undefined) return chooseRecipients(db, rule, save);
  const { counts, first } = await chooseFirst(db, rule, { ...run, limit });
  for (let from = 0; from < first.length; from += PLANNED_ROWS) await save(first.slice(from, from + PLANNED_ROWS));
  return counts;
}

/**
 * Checks that a job can have a limit.
 * @throws E_USAGE
 */
export function checkLimit(job: ParsedJob, limit: number | undefined): void {
  if (limit === undefined) return;
  if (!Number.isSafeInteger(limit) || limit < 1) {
    throw new NightjarError('E_USAGE', `the limit is ${limit}; expected a whole number, 1 or more`, {
      fix: `nightjar run ${job.name} --limit 100`,
    });
  }
  if (job.kind === 'email') return;
  throw new NightjarError('E_USAGE', `${job.name} is an audience job, and a limit is for recipients of e-mails`, {
    where: { file: job.file },
    fix: 'leave --limit out; segment.users says how many users an audience has',
  });
}
