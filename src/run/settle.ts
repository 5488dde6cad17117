/** The stage settle: only unknown deliveries are left; evidence is asked, then a person. */
import { countDeliveries } from '../database/deliveries';
import { moveRun } from '../database/runs';
import { settleUnsettled } from './recover';
import { DONE, type Stage } from './stage';

/** How long evidence may still come in, before a person is asked. */
const EVIDENCE_MS = 3000;

/** Settles by evidence, or pauses the run as paused(unknown): it is not known whether these people have got the mail. */
export const settle: Stage = async (context) => {
  const { engines, run, bundle } = context;
  if (bundle.job.kind !== 'email') return DONE;
  if ((await settleUnsettled(context, bundle.job)) > 0) return DONE;
  const counts = await countDeliveries(engines.db, run.runId);
  if (counts.unknown === 0 || counts.planned + counts.claimed + counts.deferred > 0) return DONE;
  if (engines.inboxDir !== undefined) return { kind: 'again', at: engines.now() + EVIDENCE_MS };
  await moveRun(engines.db, run.runId, { from: 'sending', to: 'paused', pausedReason: 'unknown', now: engines.now() });
  return DONE;
};
