/** Settles what a dead worker left claimed: back to planned what it never began, accepted what its journal says so of, unknown the rest, then evidence (D5). */
import { stat } from 'node:fs/promises';
import { messageIdOf } from '../../content/links';
import { FOUND_IN_JOURNAL } from '../../database/ledger/claims';
import {
  type ExpiredDelivery,
  listUnsettled,
  type Settlement,
  settleDeliveries,
} from '../../database/ledger/settlements';
import { dayOf, returnRamp } from '../../database/pacing/ramp';
import type { EmailJob } from '../../job/email-job';
import { findInInbox, leftOfDomain } from '../../mail/inbox-files';
import { readJournals, removeJournal } from '../../mail/journal';
import { markTaken, removeMarks } from '../../mail/taken-claims';
import type { Engines } from '../engines';
import type { StageContext } from '../stage';
import { senderOf } from './sender';

/** Names the worker of a claim's token, whose journal it is. */
export function workerOfToken(token: string): string {
  return token.split('.')[0] ?? '';
}

/** What a journal line names: one attempt at one delivery of one run. */
export function journalKey(runId: string, delivery: { readonly userId: string; readonly attempt: number }): string {
  return `${runId} ${delivery.userId} ${delivery.attempt}`;
}

/** After a lease has run out the embedded inbox may still be storing what it was handed; then it has it or never will. */
const INBOX_GRACE_MS = 2000;

/**
 * Settles the expired and the unknown rows of a run.
 * @returns how many rows changed
 */
export async function settleUnsettled({ engines, run }: StageContext, job: EmailJob): Promise<number> {
  const now = engines.now();
  const rows = await listUnsettled(engines.db, run.runId, now);
  rememberSight(run.runId, rows);
  if (rows.length === 0) return 0;
  const judged = await judgeClaimed({ engines, run }, rows);
  const unknown = rows.filter((row) => row.state === 'unknown');
  const evidence = await askInbox({ engines, run }, [...unknown, ...judged.begun]);
  const known = new Set(evidence.map((settlement) => settlement.userId));
  const rest = judged.begun.filter((row) => !known.has(row.userId)).map((row) => settle(row, 'unknown', 'worker_died'));
  const settlements = [...judged.settled, ...evidence, ...rest];
  const changed = await settleDeliveries(engines.db, run, { settlements, now });
  if (changed > 0) {
    engines.log('warn', 'settled what a dead worker left', { run: run.runId, rows: changed });
    await returnUnused({ engines, job }, rows, settlements);
  }
  return changed;
}

type Parts = Pick<StageContext, 'engines' | 'run'>;

/** Run → row and claim → when this process saw it unsettled first, by the count of milliseconds that really pass. */
const firstSeen = new Map<string, ReadonlyMap<string, number>>();

function rememberSight(runId: string, rows: readonly ExpiredDelivery[]): void {
  const before = firstSeen.get(runId);
  if (rows.length === 0) firstSeen.delete(runId);
  else
    firstSeen.set(runId, new Map(rows.map((row) => [sightKey(row), before?.get(sightKey(row)) ?? performance.now()])));
}

function sightKey({ userId, token }: ExpiredDelivery): string {
  return `${userId} ${token}`;
}

/** How long a row has been seen unsettled, whatever a clock that jumps says. */
export function seenFor(runId: string, row: ExpiredDelivery): number {
  return performance.now() - (firstSeen.get(runId)?.get(sightKey(row)) ?? performance.now());
}

async function judgeClaimed({ engines, run }: Parts, rows: readonly ExpiredDelivery[]) {
  const claimed = rows.filter((row) => row.state === 'claimed');
  // Before the journals are read: a worker that lives after all begins nothing of these claims from here on.
  markTaken(
    engines.journalDir,
    claimed.map((row) => row.token),
  );
  const journals = claimed.length === 0 ? [] : await readJournals(engines.journalDir, engines.bootId);
  const byToken = new Map(journals.filter((journal) => !journal.otherBoot).map((journal) => [journal.token, journal]));
  const settled: Settlement[] = [];
  const begun: ExpiredDelivery[] = [];
  for (const row of claimed) {
    const journal = byToken.get(workerOfToken(row.token));
    const key = journalKey(run.runId, row);
    if (journal?.accepted.has(key) === true) settled.push(settle(row, 'accepted', FOUND_IN_JOURNAL));
    else if (journal?.begun.has(key) === false) settled.push(settle(row, 'planned', 'never_begun'));
    else begun.push(row);
  }
  return { settled, begun };
}

/** By the part of the Message-ID that run and user make: the sender's domain may have changed since. */
async function askInbox({ engines, run }: Parts, rows: readonly ExpiredDelivery[]): Promise<Settlement[]> {
  if (engines.inboxDir === undefined) return [];
  const now = engines.now();
  const ripe = rows.filter((row) => now > row.leaseUntil + INBOX_GRACE_MS && seenFor(run.runId, row) > INBOX_GRACE_MS);
  if (ripe.length === 0) return [];
  const nameOf = ({ userId }: ExpiredDelivery) =>
    leftOfDomain(messageIdOf({ run: run.runId, userId, domain: 'any.invalid' }));
  const found = await findInInbox(engines.inboxDir, ripe.map(nameOf));
  return ripe.map((row) =>
    found.has(nameOf(row)) ? settle(row, 'accepted', 'found_in_inbox') : settle(row, 'planned', 'not_in_inbox'),
  );
}

function settle(row: ExpiredDelivery, to: Settlement['to'], reason: string): Settlement {
  return { userId: row.userId, token: row.token, to, reason };
}

/** What a dead worker had reserved of a day and never begun may leave on that day after all. */
async function returnUnused(
  { engines, job }: { readonly engines: Engines; readonly job: EmailJob },
  rows: readonly ExpiredDelivery[],
  settlements: readonly Settlement[],
): Promise<void> {
  if (job.send.ramp === undefined) return;
  const unused = new Set(settlements.filter(({ reason }) => reason === 'never_begun').map(({ userId }) => userId));
  const byDay = new Map<string, { claimedAt: number; count: number }>();
  for (const { userId, claimedAt } of rows) {
    if (!unused.has(userId)) continue;
    const day = dayOf(claimedAt);
    byDay.set(day, { claimedAt, count: (byDay.get(day)?.count ?? 0) + 1 });
  }
  for (const day of byDay.values()) await returnRamp(engines.db, senderOf(engines, job), day);
}

/** Longer than any run is open: what such a journal knew has been settled, or is known to be unknown. */
const JOURNAL_MS = 30 * 86_400_000;

/** Removes the journals of workers that died long ago, and the marks on their claims. */
export async function pruneJournals({
  journalDir,
  bootId,
  now,
}: Pick<Engines, 'journalDir' | 'bootId' | 'now'>): Promise<void> {
  for (const journal of await readJournals(journalDir, bootId)) {
    const touched = await stat(journal.file).catch(() => undefined);
    if (touched !== undefined && touched.mtimeMs < now() - JOURNAL_MS) removeJournal(journal);
  }
  await removeMarks(journalDir, ({ markedAt }) => markedAt < now() - JOURNAL_MS);
}
