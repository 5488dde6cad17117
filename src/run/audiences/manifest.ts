/** The manifest of an audience: what its files hold, whom they are for and what they follow. It is written after them. */
import type { StoredManifest } from './manifest-schema';
import type { PartCase } from './part-case';
import type { WrittenFormat } from './write-files';

/** Names the manifest of an audience, or of a part of one. */
export function manifestName(fileName: string): string {
  return `${fileName}.manifest.json`;
}

/** Of a version of an audience. */
export interface ManifestFacts {
  readonly query: string;
  readonly members: number;
  readonly change: { readonly gained: number; readonly lost: number } | undefined;
  readonly formats: readonly WrittenFormat[];
}

/** Describes the files of one part of an audience; the same ones give the same text. */
export function describeFiles(given: PartCase, facts: ManifestFacts): StoredManifest {
  const { context, job, base } = given;
  const { run, engines } = context;
  return {
    version: 1,
    instance: engines.settings.instance,
    run: run.runId,
    job: job.name,
    slot: run.slot,
    at: new Date(run.createdAt).toISOString(),
    audience: given.audience,
    ...(given.part === '' ? {} : { part: given.part }),
    query: facts.query,
    consent: { topic: job.audience.topic, where: job.audience.where },
    members: facts.members,
    ...(base.version === undefined ? {} : { previousRun: base.version.runId }),
    ...(facts.change === undefined ? {} : facts.change),
    formats: facts.formats.map(describeFormat),
  };
}

function describeFormat({ gathered, choice, rows, files }: WrittenFormat): StoredManifest['formats'][number] {
  const { format, people } = gathered;
  const sum = (change: string) =>
    files.filter((file) => file.change === change).reduce((total, file) => total + file.rows, 0);
  const { minimum } = format;
  const isFew = minimum !== undefined && rows.rows < minimum.count;
  return {
    format: format.name,
    formatVersion: format.version,
    consent: [...format.consent],
    people,
    rows: rows.rows,
    change: choice.because === undefined ? 'changes' : 'full',
    ...(choice.because === undefined ? { added: sum('add'), removed: sum('remove') } : { because: choice.because }),
    ...(isFew ? { fewerThan: minimum.count } : {}),
    files: files.map(({ name, change, rows: count, bytes, sha256 }) => ({ name, change, rows: count, bytes, sha256 })),
  };
}
