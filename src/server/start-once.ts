/** Starts the run that a call asks for; calls with the same idempotency key start one run between them. */
import { createHash } from 'node:crypto';
import { withLock } from '../database/connecting/lock';
import {
  type ApiCallKey,
  findApiCall,
  findRunAfter,
  forgetApiCall,
  forgetOldCalls,
  type KnownApiCall,
  nameRunOfCall,
  noteApiCall,
} from '../database/runs/api-calls';
import { findLatestRun } from '../database/runs/run-lists';
import { NightjarError } from '../errors';
import type { Engines } from '../run/engines';
import { explainFailure } from '../run/explain-failure';
import { checkSameWish } from '../run/same-wish';
import { type StartedRun, type StartWish, startRun } from '../run/start-run';

/** How long a key stands for its run. */
export const KEPT_MS = 30 * 86_400_000;

export interface KeyedCall extends ApiCallKey {
  readonly job: string;
  /** Everything that the call asks for; equal calls have equal ones. */
  readonly asked: object;
}

/**
 * Starts a run once a key, also where calls come at the same time, or were cut off before they were answered.
 *
 * @param readWish  reads the job's files; not called for a key whose run is known, whatever has become of them
 * @throws E_API_KEY where the key was used for another request
 */
export async function startOnce(
  engines: Engines,
  readWish: () => Promise<StartWish>,
  call: KeyedCall,
): Promise<StartedRun> {
  const { db } = engines;
  const { caller, key, job } = call;
  const requestHash = createHash('sha256')
    .update(stableText([job, call.asked]))
    .digest('hex');
  await forgetOldCalls(db, engines.now() - KEPT_MS);
  const before = answerKnown(await findApiCall(db, call), requestHash);
  if (before !== undefined) return before;
  const wish = await readWish();
  return withLock(db, `api call ${caller} ${key}`, async () => {
    const latest = await findLatestRun(db, job, wish.slot);
    const noted = { caller, key, job, requestHash, slot: wish.slot, runsBefore: latest?.n ?? 0 };
    const known = await noteApiCall(db, noted, engines.now());
    const answered = answerKnown(known, requestHash);
    if (answered !== undefined) return answered;
    // The slot of the first call holds: today may be over meanwhile.
    const started = await startNoted(engines, { ...wish, slot: known.slot }, known);
    await nameRunOfCall(db, call, started.runId);
    return started;
  });
}

/** @throws E_API_KEY */
function answerKnown(known: KnownApiCall | undefined, requestHash: string): StartedRun | undefined {
  if (known === undefined) return undefined;
  if (known.requestHash !== requestHash) throw otherRequest(known.key);
  return known.runId === undefined ? undefined : { runId: known.runId, how: 'found' };
}

async function startNoted(engines: Engines, wish: StartWish, call: KnownApiCall): Promise<StartedRun> {
  // A call that was cut off may have made its run; another one must not be made for it.
  const begun = await findRunAfter(engines.db, call);
  if (begun !== undefined) {
    // It may also be somebody else's, made meanwhile with other params.
    await checkSameWish(engines, begun, wish);
    return { runId: begun.runId, how: 'found' };
  }
  try {
    return await startRun(engines, wish);
  } catch (error) {
    // What a person has to mend came to nothing: the mended request may bear the same key.
    const isNothing =
      explainFailure(error).retry === 'afterFix' && (await findRunAfter(engines.db, call)) === undefined;
    if (isNothing) await forgetApiCall(engines.db, call);
    throw error;
  }
}

function otherRequest(key: string): NightjarError {
  return new NightjarError('E_API_KEY', `the idempotency key "${key}" was used for another request`, {
    where: { step: 'header.idempotency-key' },
    fix: 'send a new key with each new request, and the same one only to repeat it',
  });
}

/** Writes JSON with the members of objects in order. */
function stableText(value: unknown): string {
  return JSON.stringify(value, (_key, member: unknown) =>
    typeof member === 'object' && member !== null && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
