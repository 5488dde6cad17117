/** Settles what is left of a cancelled run, so that no row of it stays open but what is truly unknown. */
import { dropOpenDeliveries } from '../../database/ledger/operator-changes';
import type { RunRow } from '../../database/runs/runs';
import { loadBundle } from '../bundle';
import type { Engines } from '../engines';
import { settleUnsettled } from '../sending/recover';

/**
 * Judges the rows of dead workers by their journals and the inbox, then drops what was never sent; safe to repeat.
 * @returns how many were dropped
 */
export async function settleCancelled(engines: Engines, run: RunRow): Promise<number> {
  if (run.kind !== 'email' || run.bundleUri === '') return 0;
  const bundle = await loadBundle(engines, run);
  const context = { engines, run, bundle, shard: 0, signal: new AbortController().signal };
  if (bundle.job.kind === 'email') await settleUnsettled(context, bundle.job);
  return dropOpenDeliveries(engines.db, run.runId, engines.now());
}
