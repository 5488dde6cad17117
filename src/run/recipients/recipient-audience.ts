/** Takes the recipients of an e-mail job from an audience: finds the run whose members they are, and joins them with contacts. */

import { countLines } from '../../audience/block-buffer';
import { joinPages } from '../../audience/join-pages';
import { mergeMemberFiles } from '../../audience/merge-members';
import { nearestName } from '../../config/nearest';
import {
  type FinishedAudience,
  findFinishedAudience,
  listFinishedAudiences,
} from '../../database/audiences/finished-audience';
import { storedAt, streamContactColumns } from '../../database/people/contact-pages';
import { findRun } from '../../database/runs/runs';
import { NightjarError, type Where } from '../../errors';
import { type AudienceRef, writeAudienceRef } from '../../job/audience-ref';
import type { EmailJob } from '../../job/email-job';
import { placeOf } from '../../job/place';
import { readObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { describeParts, isDeleted, onlyOf, suggestPart, takeParts } from '../audiences/audience-parts';
import type { Engines } from '../engines';
import type { RecipientAudience } from '../plan-record';
import type { Candidates } from './choose-recipients';

interface Wish {
  readonly job: EmailJob;
  /** Of the run; left out where none is meant yet. */
  readonly slot?: string;
}

/**
 * Finds the audience of an e-mail job; undefined where its recipients are all contacts.
 * It is that of the newest finished run. Where the job follows the audience's job, it is that of its own slot, if there is one.
 *
 * @throws E_JOB_FIELD where no finished run has made it, its members are deleted, or it has no such part
 */
export async function findRecipientAudience(
  { db }: Pick<Engines, 'db'>,
  { job, slot }: Wish,
): Promise<RecipientAudience | undefined> {
  const { from } = job.recipients;
  if (from === 'contacts') return undefined;
  const audience = { job: from.job, name: from.name };
  const ofSlot =
    job.after === from.job && slot !== undefined ? await findFinishedAudience(db, { ...audience, slot }) : undefined;
  const found = ofSlot ?? (await findFinishedAudience(db, audience));
  const where = placeOf(job, ['recipients', 'from', 'audience']);
  if (found === undefined || found.isDeleted) throw await explainMissing(db, { from, found, where });
  const { parts, taken } = await takeParts(db, from, found.runId);
  if (taken.some(isDeleted)) throw await explainMissing(db, { from, found, where });
  if (taken.length === 0)
    throw new NightjarError(
      'E_JOB_FIELD',
      `recipients.from.audience is "${writeAudienceRef(from)}"; ${describeParts(parts)}`,
      {
        where,
        fix: suggestPart(from, parts, (name) => `write "audience: ${name}"`),
      },
    );
  const run = await findRun(db, found.runId);
  return {
    name: writeAudienceRef(from),
    runId: found.runId,
    members: taken.reduce((sum, { members }) => sum + members, 0),
    finishedAt: run?.finishedAt ?? 0,
    uris: taken.map(({ uri }) => uri),
  };
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
  const near = nearestName(named, known) ?? onlyOf(known, `${from.job}/`);
  const message = `${field}, and no finished run has made it; audiences are ${known.join(', ') || 'none'}`;
  const fix = near === undefined ? run : `write "audience: ${near}", or ${run}`;
  return new NightjarError('E_JOB_FIELD', message, { where, fix });
}

/**
 * Makes the stream of those whom an audience is about, each with what is stored of them, in the order of user_id; members who
 * are no contacts come last, each as undefined. Memory is flat: members and contacts are merged.
 */
export function openCandidates(
  { db, s3 }: Pick<Engines, 'db' | 's3'>,
  audience: RecipientAudience | undefined,
  topic: string,
): Candidates | undefined {
  if (audience === undefined) return undefined;
  return async function* () {
    const parts = audience.uris.map((uri) => readObject(s3, parseS3Uri(uri)));
    const members = countLines(mergeMemberFiles(parts));
    const counts = { members: 0, unknown: 0 };
    for await (const { page, rows } of joinPages({ members, pages: streamContactColumns(db, topic) }, counts))
      yield Array.from(rows, (row) => storedAt(page, row));
    for (let left = counts.unknown; left > 0; left -= BATCH)
      yield Array.from({ length: Math.min(left, BATCH) }, () => undefined);
  };
}

const BATCH = 5000;
