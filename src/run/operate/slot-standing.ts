/** Tells which run stands for a slot, and what `run` would do about it. */
import { countDeliveries } from '../../database/ledger/deliveries';
import { findLatestRun } from '../../database/runs/run-lists';
import type { RunRow } from '../../database/runs/runs';
import { RESTORED } from '../../database/runs/starts';
import type { Engines } from '../engines';
import { stateOf } from './find';

export interface SlotStanding {
  readonly run: string;
  readonly state: string;
  /** E-mails of it that were accepted. */
  readonly accepted: number;
  /** What the command `nightjar run` does now. */
  readonly next: string;
}

/** Looks a slot up; undefined where it has not been run. */
export async function readSlotStanding(
  { db }: Pick<Engines, 'db'>,
  slot: { readonly job: string; readonly slot: string },
): Promise<SlotStanding | undefined> {
  const run = await findLatestRun(db, slot.job, slot.slot);
  if (run === undefined) return undefined;
  const { accepted } = await countDeliveries(db, run.runId);
  return { run: run.runId, state: stateOf(run), accepted, next: describeNext(run) };
}

function describeNext(run: RunRow): string {
  const again = 'with --again it is run once more, for those who got nothing';
  switch (run.state) {
    case 'finished':
      return `run finds it and does nothing; ${again}`;
    case 'cancelled':
      return run.pausedReason === RESTORED ? 'this slot is not run here any more' : `run refuses; ${again}`;
    case 'failed':
      return 'run lets it go on where it stopped';
    case 'paused':
      return `run finds it paused; what to do: nightjar runs show ${run.runId}`;
    default:
      return 'it is going on; run follows it';
  }
}
