/** Writes one part of an audience: its version, the files of all formats, and the manifest. */

import { readMembers } from '../../audience/members';
import { countMembership } from '../../audience/membership';
import { saveRows } from '../../database/audiences/delivered-rows';
import { listVersions, saveVersion } from '../../database/audiences/versions';
import { dropArtefact } from '../../database/keeping/keeping-objects';
import { listArtefacts } from '../../database/runs/artefacts';
import { nameOf } from '../../report/audience-notes';
import { headObject, readObject, writeObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { place } from '../engines';
import { deleteObject } from '../keep/delete-objects';
import { record } from './audience-members';
import { isDrift } from './drift';
import { findManifest } from './find-manifest';
import type { GatheredPart } from './gather-rows';
import { describeFiles, type ManifestFacts, manifestName } from './manifest';
import type { PartCase } from './part-case';
import { type WrittenFormat, writeFormat } from './write-files';

/** Writes a part; every step may be done again. */
export async function writePart(given: PartCase, gathered: GatheredPart, query: string): Promise<void> {
  const { engines, run } = given.context;
  const version = { runId: run.runId, audience: given.audience, part: given.part };
  await withdrawManifest(given);
  const uri = await writeMemberFile(given, gathered);
  const change = await measureChange(given, uri);
  await saveVersion(engines.db, {
    ...version,
    job: given.job.name,
    slot: run.slot,
    members: gathered.members,
    uri,
    baseRunId: given.base.version?.runId,
    gained: change?.gained,
    lost: change?.lost,
    now: engines.now(),
  });
  const formats: WrittenFormat[] = [];
  for (const rows of gathered.rows) formats.push(await writeFormat(given, rows));
  if (formats.length === 0) return;
  await removeOthers(given, formats);
  for (const { rows } of formats) await saveRows(engines.db, version, rows);
  await writeManifest(given, { query, members: gathered.members, change, formats });
}

/** While its files are written anew, a version counts as not made: nobody takes half of it. */
async function withdrawManifest({ context, fileName }: PartCase): Promise<void> {
  const { engines, run } = context;
  const manifest = await findManifest(engines.db, run.runId, fileName);
  if (manifest === undefined) return;
  await dropArtefact(engines.db, run.runId, manifest);
  await deleteObject(engines.s3, parseS3Uri(manifest.uri));
}

async function writeMemberFile(given: PartCase, gathered: GatheredPart): Promise<string> {
  const { engines } = given.context;
  const uri = place(engines, `${given.folder}members.tsv`);
  const written = await writeObject(engines.s3, uri, gathered.readMembers(), {
    contentType: 'text/tab-separated-values',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  return written.uri;
}

/** Counts who came and went since the version that was delivered last, where its member file is still there. */
async function measureChange(given: PartCase, uri: string): Promise<{ gained: number; lost: number } | undefined> {
  const { engines, run } = given.context;
  const before = given.base.version;
  if (before === undefined || (await headObject(engines.s3, parseS3Uri(before.uri))) === undefined) return undefined;
  const open = (from: string) => readMembers(readObject(engines.s3, parseS3Uri(from)));
  const counts = await countMembership(open(before.uri), open(uri));
  if (given.isWithdrawn !== true && isDrift(counts)) {
    const { both, onlyBefore, onlyNow } = counts;
    engines.log('warn', 'audience drifts', { run: run.runId, audience: given.fileName, both, onlyBefore, onlyNow });
  }
  return { gained: counts.onlyNow, lost: counts.onlyBefore };
}

/** An earlier attempt may have compared with another version, and have left files that this one does not have. */
async function removeOthers(given: PartCase, formats: readonly WrittenFormat[]): Promise<void> {
  const { engines, run } = given.context;
  const current = new Set(formats.flatMap(({ files }) => files.map(({ name }) => name)));
  const parts = await listVersions(engines.db, { runId: run.runId, audience: given.audience });
  // Of an audience that is whole now, and was split, parts are withdrawn.
  const others = given.part === '' ? parts.filter(({ part }) => part !== '') : [];
  const isOurs = (name: string) =>
    name.startsWith(`${given.fileName}.`) &&
    !others.some(({ audience, part }) => name.startsWith(`${nameOf(audience, part)}.`));
  for (const artefact of await listArtefacts(engines.db, run.runId)) {
    if (artefact.kind !== 'audience' || !isOurs(artefact.name) || current.has(artefact.name)) continue;
    await deleteObject(engines.s3, parseS3Uri(artefact.uri));
    await dropArtefact(engines.db, run.runId, artefact);
  }
}

async function writeManifest(given: PartCase, facts: ManifestFacts): Promise<void> {
  const { engines, run } = given.context;
  const name = manifestName(given.fileName);
  const text = `${JSON.stringify(describeFiles(given, facts), null, 2)}\n`;
  const uri = place(engines, `${given.job.audience.to}${run.runId}/${name}`);
  const written = await writeObject(engines.s3, uri, [text], {
    contentType: 'application/json',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(given.context, { kind: 'manifest', name, rows: undefined, written });
}
