/** Takes the files of a version of an audience, as its manifest lists them, to the destinations of the job. */
import { setTimeout as wait } from 'node:timers/promises';
import { listDeliveries, noteDelivery } from '../../database/audiences/delivered-rows';
import type { AudienceVersion } from '../../database/audiences/versions';
import { listArtefacts } from '../../database/runs/artefacts';
import { isNightjarError, NightjarError } from '../../errors';
import { nameOf } from '../../report/audience-notes';
import type { DestinationCase, OutgoingFile } from '../../storage/destinations/destination';
import { openDestination } from '../../storage/destinations/open';
import { readObject, readSmallObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import type { StageContext } from '../stage';
import type { AudienceCase } from './choose-members';
import { isDestinationFailure } from './delivery-failures';
import { findManifest } from './find-manifest';
import { manifestSchema } from './manifest-schema';

/** Waits after a failed attempt where the settings name none. */
const RETRY_AFTER_SECONDS = [5, 30, 120];

/**
 * Delivers to every destination that does not have the version yet; one that fails holds up no other.
 * @returns what failed: E_DESTINATION_AWAY after the last attempt, E_DESTINATION_REFUSED
 */
export async function deliverVersion(
  { context, job }: AudienceCase,
  version: AudienceVersion,
): Promise<readonly NightjarError[]> {
  const { engines, run } = context;
  const done = new Set((await listDeliveries(engines.db, version)).map(({ destination }) => destination));
  const open = job.audience.deliver.filter((name) => !done.has(name));
  const files = open.length === 0 ? [] : await listFiles(context, version);
  if (files.length === 0) return [];
  const { audience, part } = version;
  const about = { audience, ...(part === '' ? {} : { part }) };
  const failures: NightjarError[] = [];
  for (const name of open) {
    try {
      await attempt(context, destinationOf(engines, name, run.runId), files);
      await noteDelivery(engines.db, version, { destination: name, now: engines.now() });
      engines.log('info', 'audience delivered', { ...about, destination: name, files: files.length });
    } catch (error) {
      if (context.signal.aborted || !isDestinationFailure(error)) throw error;
      const { code, message } = error;
      engines.log('error', 'audience not delivered', { ...about, destination: name, code, reason: message });
      failures.push(error);
    }
  }
  return failures;
}

function destinationOf({ settings, s3 }: Engines, name: string, runId: string): DestinationCase {
  const found = settings.destinations[name];
  if (found !== undefined) return { name, settings: found, folder: `${runId}/`, s3, kmsKeyArn: settings.aws.kmsKeyArn };
  throw new NightjarError('E_DESTINATION_REFUSED', `the settings have no destination "${name}"`, {
    fix: `set destinations.${name}.url`,
  });
}

/** The files in the order of the manifest, and the manifest last: who sees it has all of them. */
async function listFiles(
  { engines, bundle }: StageContext,
  { runId, audience, part }: AudienceVersion,
): Promise<readonly OutgoingFile[]> {
  const manifest = await findManifest(engines.db, runId, nameOf(audience, part));
  // People who are held out have no files.
  if (manifest === undefined) return [];
  const text = (await readSmallObject(engines.s3, parseS3Uri(manifest.uri))).toString('utf8');
  const listed = manifestSchema.parse(JSON.parse(text)).formats.flatMap(({ format, files }) => {
    const contentType = bundle.formats.find((one) => one.name === format)?.file.contentType;
    return files.map((file) => ({ name: file.name, contentType: contentType ?? 'application/octet-stream' }));
  });
  const artefacts = await listArtefacts(engines.db, runId);
  return [...listed, { name: manifest.name, contentType: 'application/json' }].map((file) => {
    const artefact = artefacts.find((one) => one.name === file.name);
    if (artefact === undefined) throw new NightjarError('E_BUG', `the run ${runId} has no file ${file.name}`);
    const { bytes, sha256, uri } = artefact;
    return { ...file, bytes, sha256, open: () => readObject(engines.s3, parseS3Uri(uri)) };
  });
}

/** Puts all files; where the destination is away, all again after each of its waits. */
async function attempt(
  { engines, run, signal }: StageContext,
  destination: DestinationCase,
  files: readonly OutgoingFile[],
): Promise<void> {
  const waits = destination.settings.retryAfterSeconds ?? RETRY_AFTER_SECONDS;
  for (let nth = 0; ; nth++) {
    try {
      await putAll(destination, files, signal);
      return;
    } catch (error) {
      const seconds = waits[nth];
      if (!isNightjarError(error) || error.code !== 'E_DESTINATION_AWAY') throw error;
      if (seconds === undefined) throw withRetry(error, run.runId);
      engines.log('warn', 'destination is away', { destination: destination.name, reason: error.message, seconds });
      await wait(seconds * 1000, undefined, { signal });
    }
  }
}

function withRetry({ code, message }: NightjarError, runId: string): NightjarError {
  return new NightjarError(code, message, { fix: `when it is back, let the run go on: nightjar runs retry ${runId}` });
}

async function putAll(given: DestinationCase, files: readonly OutgoingFile[], signal: AbortSignal): Promise<void> {
  const destination = await openDestination(given);
  try {
    for (const file of files) {
      signal.throwIfAborted();
      await destination.put(file, signal);
    }
  } finally {
    await destination.close();
  }
}
