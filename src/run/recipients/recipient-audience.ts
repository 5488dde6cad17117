/** Takes the recipients of an e-mail job from an audience: finds the run whose members they are, and joins them with contacts. */

import { HOLDOUT } from '../../audience/choose/split';
import { joinByUserId } from '../../audience/join';
import { readMembers } from '../../audience/members';
import { compareMembers, mergeSorted } from '../../audience/merge';
import { nearestName } from '../../config/nearest';
import {
  type FinishedAudience,
  findFinishedAudience,
  listFinishedAudiences,
} from '../../database/audiences/finished-audience';
import { listVersions } from '../../database/audiences/versions';
import { streamContactPages } from '../../database/people/contact-pages';
import { findRun } from '../../database/runs/runs';
import { NightjarError, type Where } from '../../errors';
import type { AudienceRef, EmailJob } from '../../job/email-job';
import { readObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import type { RecipientAudience } from '../plan-record';
import type { Candidates } from './choose-recipients';

interface Wish {
  readonly job: EmailJob;
  /** Of the run; left out where none is meant yet. */
  readonly slot?: string;
  /** Finds the place of a part of the job file. */
  readonly whereIs: (path: readonly string[]) => Where;
}

/**
 * Finds the audience of an e-mail job; undefined where its recipients are all contacts.
 * It is that of the newest finished run. Where the job follows the audience's job, it is that of its own slot, if there is one.
 *
 * @throws E_JOB_FIELD where no finished run has made it, its members are deleted, or it has no such part
 */
export async function findRecipientAudience(
  { db }: Pick<Engines, 'db'>,
  { job, slot, whereIs }: Wish,
): Promise<RecipientAudience | undefined> {
  const { from } = job.recipients;
  if (from === 'contacts') return undefined;
  const ofSlot =
    job.after === from.job && slot !== undefined ? await findFinishedAudience(db, { ...from, slot }) : undefined;
  const found = ofSlot ?? (await findFinishedAudience(db, from));
  const where = whereIs(['recipients', 'from', 'audience']);
  if (found === undefined || found.isDeleted) throw await explainMissing(db, { from, found, where });
  const parts = await listVersions(db, { job: from.job, audience: from.name, runId: found.runId });
  const taken = parts.filter(({ part }) => (from.part === undefined ? part !== HOLDOUT : part === from.part));
  if (taken.length === 0) throw explainPart(from, { parts: parts.map(({ part }) => part), where });
  const run = await findRun(db, found.runId);
  return {
    name: writeAudienceRef(from),
    runId: found.runId,
    members: taken.reduce((sum, { members }) => sum + members, 0),
    finishedAt: run?.finishedAt ?? 0,
    uris: taken.map(({ uri }) => uri),
  };
}

/** Writes an audience as job files name it, with its part. */
export function writeAudienceRef({ job, name, part }: AudienceRef): string {
  return `${job}/${name}${part === undefined ? '' : `, part ${part}`}`;
}

interface Missing {
  readonly from: AudienceRef;
  readonly found: FinishedAudience | undefined;
  readonly where: Where;
}

async function explainMissing(db: Engines['db'], { from, found, where }: Missing): Promise<NightjarError> {
  const named = `${from.job}/${from.name}`;
  const run = `run it first: nightjar run ${from.job}`;
  const field = `recipients.from.audience is "${named}"`;
  if (found !== undefined) {
    return new NightjarError('E_JOB_FIELD', `${field}, and the members that ${found.runId} found are deleted`, {
      where,
      fix: run,
    });
  }
  const known = await listFinishedAudiences(db);
  const near = nearestName(named, known) ?? known.find((other) => other.startsWith(`${from.job}/`));
  const message = `${field}, and no finished run has made it; audiences are ${known.join(', ') || 'none'}`;
  const fix = near === undefined ? run : `write "audience: ${near}", or ${run}`;
  return new NightjarError('E_JOB_FIELD', message, { where, fix });
}

function explainPart(
  { part = HOLDOUT }: AudienceRef,
  { parts, where }: { readonly parts: readonly string[]; readonly where: Where },
): NightjarError {
  const known = parts.filter((name) => name !== '');
  const near = nearestName(part, known) ?? known[0];
  const has = known.length === 0 ? 'the audience is not split' : `its parts are ${known.join(', ')}`;
  return new NightjarError('E_JOB_FIELD', `recipients.from.part is "${part}"; ${has}`, {
    where,
    fix: near === undefined ? 'remove "part:"' : `write "part: ${near}"`,
  });
}

/**
 * Makes the stream of those whom an audience is about, each with what is stored of them, in the order of user_id; undefined for a
 * member who is no contact. Memory is flat: members and contacts are merged.
 */
export function openCandidates(
  { db, s3 }: Pick<Engines, 'db' | 's3'>,
  audience: RecipientAudience | undefined,
  topic: string,
): Candidates | undefined {
  if (audience === undefined) return undefined;
  return async function* () {
    const parts = audience.uris.map((uri) => readMembers(readObject(s3, parseS3Uri(uri))));
    const joined = joinByUserId({
      members: mergeSorted(parts, compareMembers),
      contacts: streamContactPages(db, topic),
      userIdOf: ({ contact }) => contact.userId,
    });
    for await (const batch of joined) yield batch.map(({ contact }) => contact);
  };
}
