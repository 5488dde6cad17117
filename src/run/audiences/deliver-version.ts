/** Takes the files of a version of an audience, as its manifest lists them, to the destinations of the job. */
import { listDeliveries, noteDelivery } from '../../database/audiences/delivered-rows';
import type { AudienceVersion } from '../../database/audiences/versions';
import { listArtefacts } from '../../database/runs/artefacts';
import { NightjarError } from '../../errors';
import { nameOf } from '../../report/audience-notes';
import type { OutgoingFile } from '../../storage/destinations/destination';
import { readObject, readSmallObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { StageContext } from '../stage';
import type { AudienceCase } from './choose-members';
import type { DeliveryFailure } from './delivery-failures';
import { findManifest } from './find-manifest';
import { manifestSchema } from './manifest-schema';
import { tryDestination } from './try-destination';

/**
 * Delivers to every destination that does not have the version yet; one that fails holds up no other.
 * @param before  what has failed of the audience's other parts
 * @returns what failed: E_DESTINATION_AWAY after the last attempt, E_DESTINATION_REFUSED
 */
export async function deliverVersion(
  { context, job }: AudienceCase,
  version: AudienceVersion,
  before: readonly DeliveryFailure[],
): Promise<readonly DeliveryFailure[]> {
  const { engines } = context;
  const done = new Set((await listDeliveries(engines.db, version)).map(({ destination }) => destination));
  const open = job.audience.deliver.filter((name) => !done.has(name));
  const files = open.length === 0 ? [] : await listFiles(context, version);
  if (files.length === 0) return [];
  const { audience, part } = version;
  const about = { audience, ...(part === '' ? {} : { part }) };
  const failures: DeliveryFailure[] = [];
  for (const name of open) {
    const failure = await tryDestination({ context, name, files, before });
    if (failure === undefined) {
      await noteDelivery(engines.db, version, { destination: name, now: engines.now() });
      engines.log('info', 'audience delivered', { ...about, destination: name, files: files.length });
    } else {
      const { code, message } = failure;
      engines.log('error', 'audience not delivered', { ...about, destination: name, code, reason: message });
      failures.push({ ...failure, destination: name, files: nameOf(audience, part) });
    }
  }
  return failures;
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
