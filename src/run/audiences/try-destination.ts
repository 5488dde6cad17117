/** Takes files to one destination; one that is away is waited for once in a run, whatever is to go there. */
import { setTimeout as wait } from 'node:timers/promises';
import { isNightjarError, NightjarError } from '../../errors';
import {
  type Destination,
  type DestinationCase,
  isUnreached,
  type OutgoingFile,
} from '../../storage/destinations/destination';
import { openDestination } from '../../storage/destinations/open';
import type { Engines } from '../engines';
import type { StageContext } from '../stage';
import { type DeliveryFailure, describeFailure, findAway, isDestinationFailure } from './delivery-failures';

/** Waits after a failed attempt where the settings name none. */
const RETRY_AFTER_SECONDS = [5, 30, 120];

export interface DestinationTry {
  readonly context: StageContext;
  /** Of the settings' `destinations`. */
  readonly name: string;
  readonly files: readonly OutgoingFile[];
  /** What has failed of the audience in hand. */
  readonly before: readonly DeliveryFailure[];
}

/**
 * Delivers all files. Where the run has waited for the destination in vain, nothing is waited for again: one that answered
 * is tried once, for another file may pass, and one where nobody answered is not tried.
 * @returns why they are not there; undefined where they are
 */
export async function tryDestination(given: DestinationTry): Promise<DeliveryFailure | undefined> {
  const { engines, run, signal } = given.context;
  const away = await findAway(engines, run, { destination: given.name, before: given.before });
  if (away?.isUnreached === true) return away;
  try {
    await attempt(given, destinationOf(engines, given.name, run.runId));
    return undefined;
  } catch (error) {
    if (signal.aborted || !isDestinationFailure(error)) throw error;
    return describeFailure(error);
  }
}

function destinationOf({ settings, s3 }: Engines, name: string, runId: string): DestinationCase {
  const found = settings.destinations[name];
  if (found !== undefined) return { name, settings: found, folder: `${runId}/`, s3, kmsKeyArn: settings.aws.kmsKeyArn };
  throw new NightjarError('E_DESTINATION_REFUSED', `the settings have no destination "${name}"`, {
    fix: `set destinations.${name}.url`,
  });
}

/** Puts all files; where the destination is away, all again after each of its waits. */
async function attempt({ context, name, files, before }: DestinationTry, destination: DestinationCase): Promise<void> {
  const { engines, run, signal } = context;
  const waits = destination.settings.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
  for (let nth = 0; ; nth++) {
    try {
      await putAll(destination, files, signal);
      return;
    } catch (error) {
      const seconds = waits[nth];
      if (!isNightjarError(error) || error.code !== 'E_DESTINATION_AWAY') throw error;
      const known = await findAway(engines, run, { destination: name, before });
      // Where one that has answered is not reached by now, perhaps for a moment only, that is waited for as well.
      const isGivenUp = known !== undefined && (known.isUnreached === true || !isUnreached(error));
      if (seconds === undefined || isGivenUp) throw withRetry(error, run.runId);
      engines.log('warn', 'destination is away', { destination: name, reason: error.message, seconds });
      await wait(seconds * 1000, undefined, { signal });
    }
  }
}

function withRetry({ code, message, cause }: NightjarError, runId: string): NightjarError {
  const fix = `when it is back, let the run go on: nightjar runs retry ${runId}`;
  return new NightjarError(code, message, { fix, cause });
}

async function putAll(given: DestinationCase, files: readonly OutgoingFile[], signal: AbortSignal): Promise<void> {
  const destination = await openDestination(given);
  try {
    for (const file of files) {
      signal.throwIfAborted();
      await putOne(destination, file, signal);
    }
  } finally {
    await destination.close();
  }
}

/** That the file can't be read is no fault of the destination: it is told as it is, and waited for like any engine. */
async function putOne(destination: Destination, file: OutgoingFile, signal: AbortSignal): Promise<void> {
  const source = watchSource(file.open);
  try {
    await destination.put({ ...file, open: source.open }, signal);
  } catch (error) {
    const [own] = source.failures;
    throw own === undefined ? error : own.error;
  }
}

/** Opens a source as `open` does, and keeps what its own reading fails with; not why somebody stops to read it. */
export function watchSource(open: () => AsyncIterable<Uint8Array>): {
  readonly open: () => AsyncIterable<Uint8Array>;
  readonly failures: readonly { readonly error: unknown }[];
} {
  const failures: { readonly error: unknown }[] = [];
  const watched = () => {
    const source = open()[Symbol.asyncIterator]();
    const next = async () => {
      try {
        return await source.next();
      } catch (error) {
        failures.push({ error });
        throw error;
      }
    };
    const end = async () => (await source.return?.()) ?? { done: true as const, value: undefined };
    return { [Symbol.asyncIterator]: () => ({ next, return: end }) };
  };
  return { open: watched, failures };
}
