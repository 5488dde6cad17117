/** Finds the parts of an audience that a name means, and tells which there are where it means none. */
import { HOLDOUT } from '../../audience/choose/split';
import { nearestName } from '../../config/nearest';
import { type AudienceVersion, listVersions } from '../../database/audiences/versions';
import type { Database } from '../../database/connecting/connection';
import { type AudienceRef, writeAudienceRef } from '../../job/audience-ref';

export interface Parts {
  /** Names of all parts; none where the audience is not split. */
  readonly parts: readonly string[];
  /** The part that is named, or all but that which is held out; nobody is in two. */
  readonly taken: readonly AudienceVersion[];
}

/** Finds the parts of an audience that a run has made. */
export async function takeParts(db: Database, { job, name, part }: AudienceRef, runId: string): Promise<Parts> {
  const versions = await listVersions(db, { job, audience: name, runId });
  return {
    parts: versions.map((version) => version.part).filter((one) => one !== ''),
    taken: versions.filter((version) => (part === undefined ? version.part !== HOLDOUT : version.part === part)),
  };
}

/** Tells whether the members of a part are gone. */
export function isDeleted({ deletedAt }: AudienceVersion): boolean {
  return deletedAt !== undefined;
}

/** Says which parts an audience has. */
export function describeParts(parts: readonly string[]): string {
  return parts.length === 0 ? 'the audience is not split' : `its parts are ${parts.join(', ')}`;
}

/** Suggests the name that was meant by one of no part. */
export function suggestPart(ref: AudienceRef, parts: readonly string[], write: (name: string) => string): string {
  const near = nearestName(ref.part ?? '', parts);
  const { job, name, slot } = ref;
  if (near !== undefined || parts.length === 0) return write(writeAudienceRef({ job, name, part: near, slot }));
  return `name one of these: ${parts.map((part) => writeAudienceRef({ job, name, part, slot })).join(', ')}`;
}

/** Finds the one name that begins so; undefined where several do, of which none is nearer. */
export function onlyOf(names: readonly string[], beginning: string): string | undefined {
  const [only, other] = names.filter((name) => name.startsWith(beginning));
  return other === undefined ? only : undefined;
}
