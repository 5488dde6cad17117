/** Chooses the members of an audience: its expression, those who may be addressed, then the rules top, sample and split. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAdmission } from '../../audience/admission';
import { createSample } from '../../audience/choose/sample';
import { createSplit } from '../../audience/choose/split';
import { createTop } from '../../audience/choose/top';
import { type AdmittedMember, admitMembers, joinByUserId } from '../../audience/join';
import { type Member, readMembers, writeMembers } from '../../audience/members';
import { streamContactPages } from '../../database/people/contact-pages';
import type { StoredContact } from '../../database/people/contacts';
import { CONTACT_COLUMNS } from '../../job/attributes';
import type { AudienceJob } from '../../job/audience-job';
import type { StageContext } from '../stage';
import { countRows } from './audience-members';
import { openAudience } from './open-audience';

/** An audience of a run. */
export interface AudienceCase {
  readonly context: StageContext;
  readonly job: AudienceJob;
  readonly audience: string;
}

/** Somebody who is in the audience, with the part; `''` where it is not split. */
export interface ChosenMember extends AdmittedMember<StoredContact> {
  readonly part: string;
}

/** What was counted; whole once all members are read. */
export interface ChoiceCounts {
  /** Users of the expression. */
  segmentUsers: number;
  members: number;
  /** Reason → users who are left out. */
  readonly leftOut: Map<string, number>;
}

export function emptyCounts(): ChoiceCounts {
  return { segmentUsers: 0, members: 0, leftOut: new Map() };
}

/** Streams the members, ascending by user id in bytes, and counts them and the others. */
export async function* chooseMembers(
  given: AudienceCase,
  counts: ChoiceCounts,
): AsyncGenerator<readonly ChosenMember[]> {
  const { job, audience } = given;
  const users = countUsers(openAudience(given.context, job, audience), counts);
  const { sample, split, top } = job.audience;
  const isSampled = sample === undefined ? undefined : createSample({ job: job.name, audience, share: sample });
  const partOf = split === undefined ? () => '' : createSplit({ job: job.name, parts: split });
  const source = top === undefined ? users : keepTop(given, users, counts);
  for await (const batch of admit(given, source, counts)) {
    const chosen: ChosenMember[] = [];
    for (const { member, contact } of batch) {
      if (isSampled?.(member.userId) === false) leaveOut(counts, 'not_in_sample');
      else chosen.push({ member, contact, part: partOf(member.userId) });
    }
    counts.members += chosen.length;
    if (chosen.length > 0) yield chosen;
  }
}

function leaveOut({ leftOut }: ChoiceCounts, reason: string): void {
  leftOut.set(reason, (leftOut.get(reason) ?? 0) + 1);
}

async function* countUsers(batches: AsyncIterable<readonly Member[]>, counts: ChoiceCounts) {
  for await (const batch of batches) {
    counts.segmentUsers += batch.length;
    yield batch;
  }
}

/** What formats and rules read of a contact; `where` may ask for more. */
const READ_COLUMNS = [
  ...CONTACT_COLUMNS.filter((name) => !['consent_at', 'consent_source'].includes(name)),
  'attributes',
];

/** Joins with the contacts and leaves out who may not be addressed. */
function admit(
  { context, job }: AudienceCase,
  members: AsyncIterable<readonly Member[]>,
  counts: ChoiceCounts,
): AsyncGenerator<readonly AdmittedMember<StoredContact>[]> {
  const joined = joinByUserId<StoredContact>({
    members,
    contacts: streamContactPages(context.engines.db, job.audience.topic, {
      columns: [...READ_COLUMNS, ...Object.keys(job.audience.where)],
    }),
    userIdOf: (stored) => stored.contact.userId,
  });
  return admitMembers(joined, {
    refuse: createAdmission({ ...job.audience, slot: context.run.slot }),
    onLeftOut: (reason) => leaveOut(counts, reason),
  });
}

/** The best by rank of those who may be addressed: they are counted first, and noted on disk meanwhile. */
async function* keepTop(
  given: AudienceCase,
  users: AsyncIterable<readonly Member[]>,
  counts: ChoiceCounts,
): AsyncGenerator<readonly Member[]> {
  const { context, job, audience } = given;
  if (job.audience.top === undefined) return yield* users;
  const top = createTop({ job: job.name, audience, rule: job.audience.top });
  const file = path.join(context.engines.tempDir, `admitted-${randomUUID()}`);
  try {
    const noted = async function* () {
      for await (const batch of admit(given, users, counts)) {
        const members = batch.map(({ member }) => member);
        top.add(members);
        yield members;
      }
    };
    await writeFile(file, writeMembers(noted()), { mode: 0o600 });
    const isKept = top.finish();
    for await (const batch of readMembers(createReadStream(file))) {
      const kept = batch.filter(isKept);
      for (let more = batch.length - kept.length; more > 0; more--) leaveOut(counts, 'not_in_top');
      if (kept.length > 0) yield kept;
    }
  } finally {
    await rm(file, { force: true });
  }
}

/** Counts the members and names nobody. */
export async function countChosen(given: AudienceCase): Promise<ChoiceCounts> {
  const counts = emptyCounts();
  for await (const _ of countRows(chooseMembers(given, counts), { count: 0 }));
  return counts;
}
