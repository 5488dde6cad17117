/** Lets a run begin or go on only where S3 knows nothing of it that the database has forgotten (D5). */
import { randomBytes } from 'node:crypto';
import { moveRun, type RunRow, runEvents } from '../../database/runs/runs';
import { isReporting } from '../../database/runs/sending-marks';
import { markAnnounced, noteStart, RESTORED } from '../../database/runs/starts';
import { NightjarError } from '../../errors';
import { headObject } from '../../storage/objects';
import { type Engines, place } from '../engines';
import { findForeignRuns } from './foreign-runs';
import { advanceSendingMark, isSendingElsewhere } from './sending-mark';
import { type StartRecord, writeStart } from './start-record';

type CheckEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'now' | 'log'>;

/**
 * Writes the start of a run to S3 before it buys or sends anything; done once in the life of a run.
 * @returns false where the run was paused(restored), as S3 has runs of its job that this database does not know
 */
export async function announceStart(engines: CheckEngines, run: RunRow): Promise<boolean> {
  const known = await noteStart(engines.db, run.runId, randomBytes(16).toString('hex'));
  if (known.announced || known.nonce === undefined) return true;
  const foreign = await findForeignRuns(engines, run);
  if (foreign.length > 0)
    return pause(
      engines,
      run,
      foreign.map((record) => record.run),
    );
  const standing = await writeStart(engines, recordOf(engines, run, known.nonce));
  if (standing !== undefined && standing.instance !== engines.settings.instance) throw sharedPlace(engines, standing);
  if (standing?.nonce !== known.nonce) return pause(engines, run, [run.runId]);
  await markAnnounced(engines.db, run.runId, engines.now());
  return true;
}

function recordOf({ settings }: CheckEngines, run: RunRow, nonce: string): StartRecord {
  const { job, slot, n, kind } = run;
  const createdAt = new Date(run.createdAt).toISOString();
  return { version: 1, instance: settings.instance, run: run.runId, job, slot, n, kind, createdAt, nonce };
}

/**
 * Checks a run that is about to buy: whether S3 is ahead of the database.
 * @returns false where the run was paused(restored)
 */
export async function checkNotAhead(engines: CheckEngines, run: RunRow): Promise<boolean> {
  return (await isAheadOnS3(engines, run)) ? pause(engines, run, [run.runId]) : true;
}

/** A restore takes longer, and lanes that wait for their next mail come back many times a second. */
const CHECK_EVERY_MS = 20_000;
const checked = new WeakMap<Engines['db'], Map<string, number>>();

/**
 * Checks a run that is about to send, and marks that it does, every now and then.
 * @returns false where the run was paused(restored)
 */
export async function checkBeforeSending(engines: CheckEngines, run: RunRow): Promise<boolean> {
  const times = checked.get(engines.db) ?? new Map<string, number>();
  checked.set(engines.db, times);
  const now = engines.now();
  if (now - (times.get(run.runId) ?? Number.NEGATIVE_INFINITY) < CHECK_EVERY_MS) return true;
  if (!(await checkNotAhead(engines, run))) return false;
  await advanceSendingMark(engines, run.runId);
  if (times.size >= REMEMBERED_RUNS) times.clear();
  times.set(run.runId, now);
  return true;
}

const REMEMBERED_RUNS = 1000;

/**
 * Tells that a run has gone further than this database knows: its report stands on S3 and none was begun here, or it has
 * sent more.
 */
export async function isAheadOnS3(engines: CheckEngines, run: RunRow): Promise<boolean> {
  if (await isSendingElsewhere(engines, run.runId)) return true;
  if ((await headObject(engines.s3, place(engines, `runs/${run.runId}/report.json`))) === undefined) return false;
  // After S3: what it has was noted in the database before. Runs of older versions have noted their end alone.
  if (await isReporting(engines.db, run.runId)) return false;
  return !(await runEvents(engines.db, run.runId)).some((event) => event.state === 'finished');
}

async function pause(engines: CheckEngines, run: RunRow, foreign: readonly string[]): Promise<false> {
  const error = restoredError(run.job, foreign);
  const { code, message, fix } = error;
  engines.log('error', 'run paused', { run: run.runId, code, reason: message });
  await moveRun(engines.db, run.runId, {
    from: run.state,
    to: 'paused',
    pausedReason: RESTORED,
    error: { code, message, fix },
    now: engines.now(),
  });
  return false;
}

function sharedPlace({ settings }: CheckEngines, standing: StartRecord): NightjarError {
  const { bucket, prefix } = settings.storage;
  return new NightjarError(
    'E_ENGINE_INSTANCE',
    `the run ${standing.run} stands at s3://${bucket}/${prefix} already, of the instance "${standing.instance}"`,
    { fix: `give this instance a place of its own: NIGHTJAR_STORAGE__PREFIX=${settings.instance}/` },
  );
}

const NAMED = 5;

/** Says which runs the database has forgotten, and what a person can do. */
export function restoredError(job: string, foreign: readonly string[]): NightjarError {
  const names = foreign.slice(-NAMED).join(', ');
  const more = foreign.length > NAMED ? ` and ${foreign.length - NAMED} more` : '';
  return new NightjarError(
    'E_ENGINE_RESTORED',
    `S3 has runs that this database did not make or has forgotten: ${names}${more}; it may be a restored backup or a copy`,
    { fix: `if no other database sends for this instance: nightjar runs resolve --restored ${job}` },
  );
}
