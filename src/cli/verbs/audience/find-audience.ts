/** Finds versions of audiences by what a person types: `job`, `job/audience` or `job/audience.part`, with `@slot` or `@run` after it. */
import { nearestName } from '../../../config/nearest';
import { type AudienceVersion, listVersions } from '../../../database/audiences/versions';
import type { Database } from '../../../database/connecting/connection';
import { NightjarError } from '../../../errors';
import { nameOf } from '../../../report/audience-notes';

export interface NamedAudience {
  readonly job: string;
  readonly audience: string | undefined;
  readonly part: string | undefined;
  /** A slot or the id of a run. */
  readonly at: string | undefined;
}

const FORM = /^([a-z0-9][a-z0-9-]{0,39})(?:\/([a-z0-9][a-z0-9-]{0,39})(?:\.([a-z0-9-]+))?)?(?:@(.+))?$/;

/**
 * Reads the name of an audience.
 * @throws E_USAGE
 */
export function readName(text: string): NamedAudience {
  const match = FORM.exec(text);
  if (match?.[1] === undefined) {
    throw new NightjarError(
      'E_USAGE',
      `"${text}" names no audience; expected job/audience, or job/audience@2026-03-01`,
      {
        fix: 'nightjar audience list',
      },
    );
  }
  return { job: match[1], audience: match[2], part: match[3], at: match[4] };
}

/**
 * Lists the versions that a name means, by audience and part, the oldest first.
 * @throws E_USAGE where there is none
 */
export async function findVersions(db: Database, text: string): Promise<readonly AudienceVersion[]> {
  const { job, audience, part, at } = readName(text);
  const all = await listVersions(db, { job, ...(audience === undefined ? {} : { audience }) });
  const found = all.filter(
    (version) =>
      (part === undefined || version.part === part) &&
      (at === undefined || version.slot === at || version.runId === at),
  );
  if (found.length > 0) return found;
  const names = [...new Set((await listVersions(db, { job })).map(nameVersion))];
  const near = nearestName(text, names);
  throw new NightjarError('E_USAGE', `there is no version of "${text}"; a run of an audience job makes one`, {
    fix: near === undefined ? 'nightjar audience list' : `write ${near}`,
  });
}

/**
 * Finds the newest version that a name means.
 * @throws E_USAGE where it means several audiences or none, or its files are deleted
 */
export async function findVersion(db: Database, text: string): Promise<AudienceVersion> {
  const found = await findVersions(db, text);
  const names = [...new Set(found.map(nameVersion))];
  const version = found.at(-1);
  if (version === undefined || names.length > 1) {
    const { at } = readName(text);
    throw new NightjarError('E_USAGE', `"${text}" means ${names.join(', ')}; expected one of them`, {
      fix: `write ${names.map((name) => (at === undefined ? name : `${name}@${at}`)).join(' or ')}`,
    });
  }
  if (version.deletedAt === undefined) return version;
  throw new NightjarError('E_USAGE', `the members of ${nameVersion(version)} of the run ${version.runId} are deleted`, {
    fix: `name a newer one: nightjar audience show ${nameVersion(version)}`,
  });
}

/** `drama-fans/drama`, or `drama-fans/drama.b` for a part. */
export function nameVersion({ job, audience, part }: Pick<AudienceVersion, 'job' | 'audience' | 'part'>): string {
  return `${job}/${nameOf(audience, part)}`;
}
