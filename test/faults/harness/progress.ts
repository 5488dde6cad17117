/** Watches how far a round is, from outside: the database by SQL, the mails by the SMTP server's record. */
import type { JobName, Moment } from './plan';
import { SLOT } from './shop';
import type { World } from './world';

export interface RunLook {
  readonly state: string;
  readonly pausedReason: string | undefined;
  readonly errorCode: string | undefined;
}

/** `runs` is what was last seen of each; without an answer of the database it is what was known before. */
export interface Progress {
  readonly runs: Readonly<Partial<Record<JobName, RunLook>>>;
  readonly accepted: number;
}

export const runIdOf = (job: JobName) => `${job}.${SLOT}`;

/** Looks once. */
export async function look(world: World, former: Progress): Promise<Progress> {
  const accepted = world.mail.accepted().length;
  try {
    const rows = await world.sql(`SELECT job, state, paused_reason, error->>'code' AS code FROM nightjar.run`);
    const runs = rows.map((row) => [
      row.job,
      { state: String(row.state), pausedReason: read(row.paused_reason), errorCode: read(row.code) },
    ]);
    return { runs: { ...former.runs, ...Object.fromEntries(runs) }, accepted };
  } catch {
    return { ...former, accepted };
  }
}

function read(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** States of either kind of run in order; those after the last are ends. */
const ORDER = [
  'planned',
  'preparing',
  'waiting',
  'collecting',
  'writing',
  'sending',
  'paused',
  'failed',
  'finished',
  'cancelled',
];

/** Tells whether a moment is there, or has passed unseen. */
export function isReached(progress: Progress, moment: Moment): boolean {
  if (moment.kind === 'accepted') return progress.accepted >= moment.count;
  const run = progress.runs[moment.job];
  return run !== undefined && ORDER.indexOf(run.state) >= ORDER.indexOf(moment.state);
}

/** Tells whether nothing more happens by itself. */
export function isIdle(progress: Progress): boolean {
  const idle = (run: RunLook | undefined) =>
    run !== undefined && ['paused', 'failed', 'finished', 'cancelled'].includes(run.state);
  return idle(progress.runs.letters) && idle(progress.runs.fans);
}
