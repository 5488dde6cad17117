/** A lane: one of the places, over all workers, at which mails of a run are sent. */
import { countLanes } from '../../database/pacing/worker-lanes';
import type { EmailJob } from '../../job/email-job';
import type { StageContext } from '../stage';
import { senderOf } from './sender';
import { createTurns, type Turns } from './turns';

export interface Lane {
  readonly context: StageContext;
  readonly job: EmailJob;
  /** See `senderOf`. */
  readonly sender: string;
  /** Lanes of all workers together. */
  readonly lanes: number;
  readonly turns: Turns;
  /** When a person last let the run go on (epoch ms, 0 for never): refusals before it don't count. */
  errorsSince: number;
  /** Connections have failed, or nothing was sent yet: the server is asked before more is claimed. */
  isServerInDoubt: boolean;
  /** See `RuledClaim`. */
  heldFrom: string;
}

/** Opens the lane of a stage call. */
export async function openLane(context: StageContext, job: EmailJob): Promise<Lane> {
  const { engines, signal } = context;
  const sender = senderOf(engines, job);
  const lanes = Math.max(engines.settings.worker.sends, await countLanes(engines.db));
  const turns = createTurns({ db: engines.db, now: engines.now, signal, sender, lanes });
  return { context, job, sender, lanes, turns, errorsSince: 0, isServerInDoubt: true, heldFrom: '' };
}

export function leaseMs({ engines }: StageContext): number {
  return engines.settings.worker.leaseSeconds * 1000;
}
