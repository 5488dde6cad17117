/** The stage settle: only unknown deliveries are left; evidence is asked, then the job's policy, then a person. */
import { findOpenStates } from '../../database/ledger/deliveries';
import {
  type ExpiredDelivery,
  listUnsettled,
  type Settlement,
  settleDeliveries,
} from '../../database/ledger/settlements';
import { moveRun } from '../../database/runs/runs';
import type { EmailJob } from '../../job/email-job';
import { DONE, type Stage, type StageContext } from '../stage';
import { seenFor, settleUnsettled } from './recover';

/** How often it is looked whether evidence has come in. */
const LOOK_MS = 3000;
/**
 * Leases that a silent worker's answers are waited for, before the policy holds or a person is asked. It may be cut off from
 * the database, and keeps what its mail server has said until it is not (`createAnswerWriter`).
 */
const LATE_LEASES = 6;

/**
 * Settles by evidence, then by the job's policy. Where that is to ask, or a mail was sent again once already, the run pauses as
 * paused(unknown): it is not known whether these people have got the mail.
 */
export const settle: Stage = async (context) => {
  const { engines, run, bundle } = context;
  if (bundle.job.kind !== 'email') return DONE;
  if ((await settleUnsettled(context, bundle.job)) > 0) return DONE;
  const open = await findOpenStates(engines.db, run.runId);
  if (!open.unknown || open.due || open.claimed) return DONE;
  if (engines.inboxDir !== undefined) return { kind: 'again', at: engines.now() + LOOK_MS };
  const unknown = await listUnsettled(engines.db, run.runId, engines.now());
  if (!unknown.every((row) => isRipe(context, row))) return { kind: 'again', at: engines.now() + LOOK_MS };
  if ((await settleByPolicy(context, { job: bundle.job, unknown })) > 0) return DONE;
  await moveRun(engines.db, run.runId, { from: 'sending', to: 'paused', pausedReason: 'unknown', now: engines.now() });
  return DONE;
};

/**
 * A worker that was taken for dead may be slow only, and its late answer is the best evidence. One that told itself that no
 * answer came has nothing to add.
 */
function isRipe({ engines, run }: StageContext, row: ExpiredDelivery): boolean {
  if (row.reason !== 'worker_died') return true;
  const lateMs = LATE_LEASES * engines.settings.worker.leaseSeconds * 1000;
  return engines.now() > row.leaseUntil + lateMs && seenFor(run.runId, row) > lateMs;
}

/** Answers how many rows it has settled. Each is sent again once at most: a server that never answers must not get it for ever. */
async function settleByPolicy(
  { engines, run }: StageContext,
  { job, unknown }: { readonly job: EmailJob; readonly unknown: readonly ExpiredDelivery[] },
): Promise<number> {
  const policy = job.send.unknown;
  if (policy === 'ask') return 0;
  const settlements = unknown
    .filter(({ resends }) => policy === 'drop' || resends === 0)
    .map(({ userId, token }): Settlement => {
      if (policy === 'drop') return { userId, token, to: 'dropped', reason: 'unknown' };
      return { userId, token, to: 'planned', reason: 'resent' };
    });
  const changed = await settleDeliveries(engines.db, run, { settlements, now: engines.now() });
  if (changed > 0) engines.log('warn', 'unknown settled by policy', { run: run.runId, policy, rows: changed });
  return changed;
}
