/** Adds to the figures of written audiences what a report tells of their parts, files, changes and sizes. */
import { HOLDOUT } from '../../audience/choose/split';
import { type AudienceVersion, listVersions } from '../../database/audiences/versions';
import { isNightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { nameOf } from '../../report/audience-notes';
import type { AudienceSummary, ChangeSummary, PartFiles, PartSummary } from '../../report/summary';
import { readSmallObject } from '../../storage/objects';
import { formatS3Uri, parseS3Uri } from '../../storage/uri';
import { type Engines, place } from '../engines';
import { isPartMade } from './audiences-of';
import { isDrift } from './drift';
import { findManifest } from './find-manifest';
import { manifestSchema } from './manifest-schema';

type ReadEngines = Pick<Engines, 'db' | 's3' | 'settings'>;

interface Case {
  readonly run: { readonly runId: string };
  readonly job: AudienceJob;
  readonly audiences: readonly AudienceSummary[];
}

const VERSIONS_SHOWN = 20;

/** Names the folder where the files of a run lie. */
export function folderOf(
  engines: Pick<Engines, 'settings'>,
  { runId }: { readonly runId: string },
  { audience }: AudienceJob,
): string {
  return formatS3Uri(place(engines, `${audience.to}${runId}/`));
}

/** Describes the audiences of a run. */
export async function describeAudiences(
  engines: ReadEngines,
  { run, job, audiences }: Case,
): Promise<readonly AudienceSummary[]> {
  const described: AudienceSummary[] = [];
  for (const audience of audiences) {
    const all = await listVersions(engines.db, { job: job.name, audience: audience.name });
    const own = inOrderOf(
      job,
      all.filter(({ runId }) => runId === run.runId),
    );
    const parts: PartSummary[] = [];
    for (const version of own) parts.push(await describePart(engines, { job, version }));
    described.push({
      ...audience,
      ...(own.length === 0 ? {} : { parts, ...sumChange(job, own), history: sizesOf(all, own) }),
    });
  }
  return described;
}

function inOrderOf({ audience }: AudienceJob, versions: readonly AudienceVersion[]): readonly AudienceVersion[] {
  const names = audience.split?.map(({ name }) => name) ?? [''];
  // What is withdrawn comes last.
  const places = new Map(names.map((name, place) => [name, place]));
  const placeOf = ({ part }: AudienceVersion) => places.get(part) ?? names.length;
  return [...versions].sort((a, b) => placeOf(a) - placeOf(b));
}

interface PartOfJob {
  readonly job: AudienceJob;
  readonly version: AudienceVersion;
}

async function describePart(engines: ReadEngines, { job, version }: PartOfJob): Promise<PartSummary> {
  const { part, members } = version;
  const formats = await readFiles(engines, version);
  if (!isPartMade(job, version)) {
    // Nobody is in it, so that it is small says nothing.
    return { name: part, members, isWithdrawn: true, formats: formats.map(({ fewerThan: _, ...files }) => files) };
  }
  const change = changeOf(version);
  return {
    name: part,
    members,
    ...(change === undefined ? {} : { change }),
    ...(part === HOLDOUT ? { isHeldOut: true as const } : {}),
    formats,
  };
}

function changeOf({ baseRunId, gained, lost }: AudienceVersion): ChangeSummary | undefined {
  if (baseRunId === undefined || gained === undefined || lost === undefined) return undefined;
  return { run: baseRunId, gained, lost };
}

/** A part without files has no manifest. Whoever takes the files may have taken it away: that is no reason to report nothing. */
async function readFiles({ db, s3 }: ReadEngines, version: AudienceVersion): Promise<readonly PartFiles[]> {
  const { runId, audience, part } = version;
  const manifest = await findManifest(db, runId, nameOf(audience, part));
  const text = manifest === undefined ? undefined : await readManifest(s3, manifest.uri);
  if (text === undefined) return [];
  return manifestSchema.parse(JSON.parse(text)).formats.map(({ format, rows, fewerThan, files }) => ({
    format,
    rows,
    ...(fewerThan === undefined ? {} : { fewerThan }),
    files: files.map(({ name, change, rows: count, bytes }) => ({ name, change, rows: count, bytes })),
  }));
}

async function readManifest(s3: ReadEngines['s3'], uri: string): Promise<string | undefined> {
  try {
    return (await readSmallObject(s3, parseS3Uri(uri))).toString('utf8');
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_OBJECT_MISSING') return undefined;
    throw error;
  }
}

/** Adds up the parts that were compared with what was delivered last. That people of a withdrawn part have gone is no drift. */
function sumChange(job: AudienceJob, own: readonly AudienceVersion[]): Pick<AudienceSummary, 'change'> {
  const made = own.filter((version) => isPartMade(job, version));
  const versions = made.length === 0 ? own : made;
  let [gained, lost, members] = [0, 0, 0];
  let run: string | undefined;
  for (const version of versions) {
    const change = changeOf(version);
    if (change === undefined) continue;
    run ??= change.run;
    gained += change.gained;
    lost += change.lost;
    members += version.members;
  }
  if (run === undefined) return {};
  const drifts = made.length > 0 && isDrift({ both: members - gained, onlyBefore: lost, onlyNow: gained });
  return { change: { run, gained, lost, drifts } };
}

/** Sizes over all parts, by the run that has made them, up to these versions. */
function sizesOf(
  all: readonly AudienceVersion[],
  own: readonly AudienceVersion[],
): readonly { readonly slot: string; readonly members: number }[] {
  const last = Math.max(...own.map(({ madeAt }) => madeAt));
  const sizes = new Map<string, { slot: string; members: number; madeAt: number }>();
  for (const { runId, slot, members, madeAt } of all) {
    if (madeAt > last) continue;
    const size = sizes.get(runId) ?? { slot, members: 0, madeAt };
    sizes.set(runId, { slot, members: size.members + members, madeAt: Math.max(size.madeAt, madeAt) });
  }
  return [...sizes.values()]
    .sort((a, b) => a.madeAt - b.madeAt)
    .slice(-VERSIONS_SHOWN)
    .map(({ slot, members }) => ({ slot, members }));
}
