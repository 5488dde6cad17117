/** The stage send: a lane claims due deliveries, renders, sends and records, until nothing may be sent now (D5). */

import { DONE, type Stage } from '../stage';
import { sendBatch } from './batch';
import { openLane } from './lane';
import { takeNextStep } from './next-claim';
import { settleUnsettled } from './recover';

/** A lane gives its place in the queue back after this long, so that other work gets its turn. */
const LANE_MS = 30_000;

/** Sends what may be sent now; then comes again when more may, or is done when nothing is left open. */
export const send: Stage = async (context) => {
  const { engines, bundle, signal } = context;
  if (bundle.job.kind !== 'email' || bundle.template === undefined) return DONE;
  await settleUnsettled(context, bundle.job);
  const lane = await openLane(context, bundle.job);
  const began = performance.now();
  while (!signal.aborted && performance.now() - began < LANE_MS) {
    const step = await takeNextStep(lane);
    if (step.kind === 'leave') return step.outcome;
    await sendBatch(lane, step.claim);
  }
  return { kind: 'again', at: engines.now() };
};
