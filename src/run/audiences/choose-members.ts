/** Chooses the members of an audience: its expression, those who may be addressed, then the rules top, sample and split. */
import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { createAdmission } from '../../audience/admission';
import { createSample } from '../../audience/choose/sample';
import { createSplit } from '../../audience/choose/split';
import { createTop } from '../../audience/choose/top';
import { type JoinedPage, joinPages } from '../../audience/join-pages';
import { type Member, readMembers, writeMembers } from '../../audience/members';
import { streamContactColumns } from '../../database/people/contact-pages';
import { CONTACT_COLUMNS } from '../../job/attributes';
import type { AudienceJob } from '../../job/audience-job';
import type { StageContext } from '../stage';
import { openAudience } from './open-audience';

/** An audience of a run. */
export interface AudienceCase {
  readonly context: StageContext;
  readonly job: AudienceJob;
  readonly audience: string;
}

/** Members of the audience whose contacts are in one page, in its order. */
export interface ChosenPage extends JoinedPage {
  /** The part of each, by the same places as `rows`; undefined where the audience is not split. */
  readonly parts: readonly string[] | undefined;
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
export async function* chooseMembers(given: AudienceCase, counts: ChoiceCounts): AsyncGenerator<ChosenPage> {
  const { job, audience } = given;
  const users = () => openAudience(given.context, job, audience);
  const { sample, split, top } = job.audience;
  const isSampled = sample === undefined ? undefined : createSample({ job: job.name, audience, share: sample });
  const partOf = split === undefined ? undefined : createSplit({ job: job.name, parts: split });
  const admitted =
    top === undefined
      ? admit(given, users(), counts, (members) => {
          counts.segmentUsers = members;
        })
      : admit(given, keepTop(given, users(), counts), counts);
  for await (const joined of admitted) {
    const { page } = joined;
    const chosen =
      isSampled === undefined
        ? joined
        : keepRows(joined, (row) => {
            if (isSampled(page.userIds.textAt(row))) return true;
            leaveOut(counts, 'not_in_sample');
            return false;
          });
    if (chosen.rows.length === 0) continue;
    counts.members += chosen.rows.length;
    const parts = partOf && Array.from(chosen.rows, (row) => partOf(page.userIds.textAt(row)));
    yield { ...chosen, parts };
  }
}

/** Keeps the rows of which `isKept` answers true. */
function keepRows({ page, rows, ranks }: JoinedPage, isKept: (row: number) => boolean): JoinedPage {
  const kept = { rows: new Int32Array(rows.length), ranks: new Int32Array(rows.length) };
  let count = 0;
  for (const [place, row] of rows.entries()) {
    if (!isKept(row)) continue;
    kept.rows[count] = row;
    kept.ranks[count++] = ranks[place] ?? 0;
  }
  return { page, rows: kept.rows.subarray(0, count), ranks: kept.ranks.subarray(0, count) };
}

function leaveOut({ leftOut }: ChoiceCounts, reason: string, users = 1): void {
  leftOut.set(reason, (leftOut.get(reason) ?? 0) + users);
}

/** What may be read of a contact; `where` may ask for more. */
const READ_COLUMNS = [
  ...CONTACT_COLUMNS.filter((name) => !['consent_at', 'consent_source'].includes(name)),
  'attributes',
];

/** What formats and rules read of a contact: all that there is, unless each format says what. */
function columnsRead({ context, job }: AudienceCase): readonly string[] {
  const formats = context.bundle.formats.map(({ table }) => table?.rules.map(({ from }) => from) ?? READ_COLUMNS);
  return ['consent', 'country', 'attributes', ...formats.flat(), ...Object.keys(job.audience.where)];
}

/** Joins with the contacts and leaves out who may not be addressed; pages may be left with no row. */
async function* admit(
  given: AudienceCase,
  members: AsyncIterable<Uint8Array>,
  counts: ChoiceCounts,
  onEnd: (members: number) => void = () => undefined,
): AsyncGenerator<JoinedPage> {
  const { context, job } = given;
  const refuse = createAdmission({ ...job.audience, slot: context.run.slot });
  const columns = columnsRead(given);
  const pages = streamContactColumns(context.engines.db, job.audience.topic, { columns });
  const joined = { members: 0, unknown: 0 };
  for await (const one of joinPages({ members, pages }, joined)) {
    yield keepRows(one, (row) => {
      const reason = refuse(one.page, row);
      if (reason !== undefined) leaveOut(counts, reason);
      return reason === undefined;
    });
  }
  if (joined.unknown > 0) leaveOut(counts, 'no_contact', joined.unknown);
  onEnd(joined.members);
}

/** The best by rank of those who may be addressed, as a member file: they are counted first, and noted on disk meanwhile. */
async function* keepTop(
  given: AudienceCase,
  users: AsyncIterable<Uint8Array>,
  counts: ChoiceCounts,
): AsyncGenerator<Uint8Array> {
  const { context, job, audience } = given;
  if (job.audience.top === undefined) return yield* users;
  const top = createTop({ job: job.name, audience, rule: job.audience.top });
  const file = path.join(context.engines.tempDir, `admitted-${randomUUID()}`);
  const noted = async function* () {
    const admitted = admit(given, users, counts, (members) => {
      counts.segmentUsers = members;
    });
    for await (const joined of admitted) {
      const members = membersOf(joined);
      top.add(members);
      yield members;
    }
  };
  const kept = async function* () {
    const isKept = top.finish();
    for await (const batch of readMembers(createReadStream(file))) {
      const best = batch.filter(isKept);
      if (best.length < batch.length) leaveOut(counts, 'not_in_top', batch.length - best.length);
      yield best;
    }
  };
  try {
    await writeFile(file, writeMembers(noted()), { mode: 0o600 });
    yield* writeMembers(kept());
  } finally {
    await rm(file, { force: true });
  }
}

function membersOf({ page, rows, ranks }: JoinedPage): readonly Member[] {
  return Array.from(rows, (row, place) => ({ userId: page.userIds.textAt(row), rank: ranks[place] ?? 0 }));
}

/** Counts the members and names nobody. */
export async function countChosen(given: AudienceCase): Promise<ChoiceCounts> {
  const counts = emptyCounts();
  for await (const _ of chooseMembers(given, counts));
  return counts;
}
