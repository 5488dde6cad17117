/** Settles what a dead worker left claimed: back to planned what it never began, unknown the rest, then evidence (D5). */

import { stat } from 'node:fs/promises';
import { parseMailbox } from '../content/address';
import { messageIdOf } from '../content/links';
import { type ExpiredDelivery, listUnsettled, type Settlement, settleDeliveries } from '../database/claims';
import type { EmailJob } from '../job/definition';
import { findInInbox } from '../mail/inbox-files';
import { readJournals, removeJournal } from '../mail/journal';
import type { Engines } from './engines';
import type { StageContext } from './stage';

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
  if (rows.length === 0) return 0;
  const judged = await judgeClaimed({ engines, run }, rows);
  const unknown = rows.filter((row) => row.state === 'unknown');
  const evidence =
    engines.inboxDir === undefined ? [] : await askInbox({ engines, run, job }, [...unknown, ...judged.begun]);
  const known = new Set(evidence.map((settlement) => settlement.userId));
  const rest = judged.begun.filter((row) => !known.has(row.userId)).map((row) => settle(row, 'unknown', 'worker_died'));
  const settlements = [...judged.settled, ...evidence, ...rest];
  const changed = await settleDeliveries(engines.db, run, { settlements, now });
  if (changed > 0) engines.log('warn', 'settled what a dead worker left', { run: run.runId, rows: changed });
  return changed;
}

type Parts = Pick<StageContext, 'engines' | 'run'>;

async function judgeClaimed({ engines, run }: Parts, rows: readonly ExpiredDelivery[]) {
  const claimed = rows.filter((row) => row.state === 'claimed');
  const journals = claimed.length === 0 ? [] : await readJournals(engines.journalDir, engines.bootId);
  const byToken = new Map(journals.filter((journal) => !journal.otherBoot).map((journal) => [journal.token, journal]));
  const settled: Settlement[] = [];
  const begun: ExpiredDelivery[] = [];
  for (const row of claimed) {
    const journal = byToken.get(workerOfToken(row.token));
    const untouched = journal !== undefined && !journal.begun.has(journalKey(run.runId, row));
    if (untouched) settled.push(settle(row, 'planned', 'never_begun'));
    else begun.push(row);
  }
  return { settled, begun };
}

async function askInbox(
  { engines, run, job }: Parts & { job: EmailJob },
  rows: readonly ExpiredDelivery[],
): Promise<Settlement[]> {
  if (engines.inboxDir === undefined || rows.length === 0) return [];
  const ripe = rows.filter((row) => engines.now() > row.leaseUntil + INBOX_GRACE_MS);
  const domain = senderDomain(job.send.from ?? engines.settings.mail.from);
  const idOf = (row: ExpiredDelivery) => messageIdOf({ run: run.runId, userId: row.userId, domain });
  const found = await findInInbox(engines.inboxDir, ripe.map(idOf));
  return ripe.map((row) =>
    found.has(idOf(row)) ? settle(row, 'accepted', 'found_in_inbox') : settle(row, 'planned', 'not_in_inbox'),
  );
}

function settle(row: ExpiredDelivery, to: Settlement['to'], reason: string): Settlement {
  return { userId: row.userId, token: row.token, to, reason };
}

/** Tells the domain of a sender. */
export function senderDomain(from: string): string {
  const { address } = parseMailbox(from);
  return address.slice(address.lastIndexOf('@') + 1);
}

/** Longer than any run is open: what such a journal knew has been settled, or is known to be unknown. */
const JOURNAL_MS = 30 * 86_400_000;

/** Removes the journals of workers that died long ago. */
export async function pruneJournals({
  journalDir,
  bootId,
  now,
}: Pick<Engines, 'journalDir' | 'bootId' | 'now'>): Promise<void> {
  for (const journal of await readJournals(journalDir, bootId)) {
    const touched = await stat(journal.file).catch(() => undefined);
    if (touched !== undefined && touched.mtimeMs < now() - JOURNAL_MS) removeJournal(journal);
  }
}
