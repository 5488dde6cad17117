/** Settles deliveries of which nobody can tell whether they arrived, as a person says who has asked the relay. */
import { maskAddress } from '../../content/address';
import { messageIdOf } from '../../content/links';
import { countDeliveries } from '../../database/ledger/deliveries';
import {
  listUnknown,
  type Resolution,
  resolveUnknown,
  type UnknownDelivery,
} from '../../database/ledger/operator-changes';
import type { RunRow } from '../../database/runs/runs';
import { NightjarError } from '../../errors';
import { loadBundle } from '../bundle';
import type { Engines } from '../engines';
import { senderDomain } from '../sending/sender';
import { findNamedRun } from './find';
import type { NamedDeliveries } from './named-deliveries';
import { resumePaused } from './resume';

/** An unknown delivery as a person looks for it in the logs of the relay. */
export interface UnknownMail {
  readonly userId: string;
  /** Masked; undefined where the contact is gone. */
  readonly address: string | undefined;
  readonly messageId: string;
  readonly reason: string | undefined;
  readonly sentAt: string | undefined;
}

export interface UnknownPage {
  readonly run: string;
  readonly state: string;
  readonly count: number;
  /** The first of them. */
  readonly mails: readonly UnknownMail[];
}

/** Lists the unknown deliveries of a run, the first `limit`; nothing is changed. */
export async function listUnknownMails(engines: Engines, runId: string, limit: number): Promise<UnknownPage> {
  const run = await findNamedRun(engines.db, runId);
  const idOf = await messageIds(engines, run);
  const rows = await listUnknown(engines.db, runId, { after: '', limit });
  const mails = rows.map((row) => ({
    userId: row.userId,
    address: row.email === undefined ? undefined : maskAddress(row.email),
    messageId: idOf(row),
    reason: row.reason,
    sentAt: row.claimedAt === undefined ? undefined : new Date(row.claimedAt).toISOString(),
  }));
  return { run: runId, state: run.state, count: (await countDeliveries(engines.db, runId)).unknown, mails };
}

/** A worker that died before an answer came has stored no Message-ID; it follows from run and user. */
async function messageIds(engines: Engines, run: RunRow): Promise<(row: UnknownDelivery) => string> {
  const { job } = await loadBundle(engines, run);
  const from = job.kind === 'email' ? job.send.from : undefined;
  const domain = senderDomain(from ?? engines.settings.mail.from);
  return (row) => row.messageId ?? messageIdOf({ run: run.runId, userId: row.userId, domain });
}

export interface ResolveWish {
  readonly as: Resolution;
  /** Undefined for all that are unknown. */
  readonly named: NamedDeliveries | undefined;
}

export interface ResolveResult {
  readonly run: string;
  readonly as: Resolution;
  readonly resolved: number;
  /** Named, but not unknown in this run: settled meanwhile, or of another run. */
  readonly notUnknown: number;
  /** What is unknown still. */
  readonly left: number;
  readonly state: string;
}

/**
 * Settles unknown deliveries; then the run goes on.
 * @throws E_USAGE for a cancelled run, of which nothing is sent any more
 */
export async function resolveMails(engines: Engines, runId: string, wish: ResolveWish): Promise<ResolveResult> {
  const run = await findNamedRun(engines.db, runId);
  if (run.state === 'cancelled' && wish.as === 'resend') {
    throw new NightjarError('E_USAGE', `the run ${runId} was cancelled; nothing of it is sent any more`, {
      fix: `nightjar runs resolve ${runId} --as drop`,
    });
  }
  const userIds = wish.named === undefined ? undefined : await findUsers(engines, run, wish.named);
  const resolved = await resolveUnknown(engines.db, run, { as: wish.as, userIds, now: engines.now() });
  const after = await findNamedRun(engines.db, runId);
  if (after.state === 'paused' && after.pausedReason === 'unknown' && resolved > 0) await resumePaused(engines, after);
  return {
    run: runId,
    as: wish.as,
    resolved,
    notUnknown: Math.max(0, (wish.named?.count ?? resolved) - resolved),
    left: (await countDeliveries(engines.db, runId)).unknown,
    state: (await findNamedRun(engines.db, runId)).state,
  };
}

const PAGE_ROWS = 5000;

/** Unknown deliveries are few beside the ledger, so they are gone through, and not what a person's file holds. */
async function findUsers(engines: Engines, run: RunRow, named: NamedDeliveries): Promise<readonly string[]> {
  const idOf = named.messageIds.size === 0 ? undefined : await messageIds(engines, run);
  const users: string[] = [];
  let after = '';
  while (true) {
    const rows = await listUnknown(engines.db, run.runId, { after, limit: PAGE_ROWS });
    const isNamed = (row: UnknownDelivery) =>
      named.userIds.has(row.userId) || (idOf !== undefined && named.messageIds.has(idOf(row)));
    users.push(...rows.filter(isNamed).map((row) => row.userId));
    after = rows.at(-1)?.userId ?? after;
    if (rows.length < PAGE_ROWS) return users;
  }
}
