/** Makes the member file of a query from Personalize's answer, and admits those of its members who may be addressed. */
import { type AdmittedMember, admitMembers, joinByUserId } from '../../audience/join';
import { type Member, readMembers, writeMembers } from '../../audience/members';
import { type StoredContact, streamContacts } from '../../database/people/contacts';
import { listArtefacts, saveArtefact } from '../../database/runs/artefacts';
import { consentFor } from '../../job/attributes';
import type { AudienceJob, SegmentQuery } from '../../job/definition';
import { matches } from '../../job/where';
import { readSegmentEvents } from '../../personalize/segment-reader';
import { headObject, readObject, type WrittenObject, writeObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import type { WriteSpec } from '../buying/locate-output';
import { place } from '../engines';
import type { StageContext } from '../stage';
import { sortMembers } from './sort-members';

/** A query of a run, and the line that answers it. */
export interface QueryCase {
  readonly context: StageContext;
  readonly job: AudienceJob;
  readonly query: SegmentQuery;
  readonly spec: WriteSpec;
}

export interface MemberFile {
  readonly uri: string;
  /** Members in it, each user once. */
  readonly count: number;
}

/** Writes the member file; one that this run has written already, and that is still whole, is used again. */
export async function ensureMemberFile(query: QueryCase): Promise<MemberFile> {
  const { engines, run } = query.context;
  const artefacts = await listArtefacts(engines.db, run.runId);
  const known = artefacts.find(({ kind, name }) => kind === 'members' && name === query.query.name);
  const isWhole = known !== undefined && (await headObject(engines.s3, parseS3Uri(known.uri))) === known.bytes;
  return isWhole ? { uri: known.uri, count: known.rows ?? 0 } : writeMemberFile(query);
}

async function writeMemberFile(query: QueryCase): Promise<MemberFile> {
  const { engines, run } = query.context;
  const { name } = query.query;
  const sorted = await sortMembers(readUsers(query), engines.tempDir);
  try {
    const uri = place(engines, `members/${run.runId}/${name}.tsv`);
    const counted = { count: 0 };
    const written = await writeObject(engines.s3, uri, writeMembers(countRows(sorted.members, counted)), {
      contentType: 'text/tab-separated-values',
      kmsKeyArn: engines.settings.aws.kmsKeyArn,
    });
    await record(query.context, { kind: 'members', name, rows: counted.count, written });
    return { uri: written.uri, count: counted.count };
  } finally {
    await sorted.release();
  }
}

/** Streams the users of the query's line, ranked in the order in which they stand. */
async function* readUsers({ context, spec }: QueryCase): AsyncGenerator<readonly Member[]> {
  if (spec.line === null || spec.error !== null) return;
  const { uri, start } = spec.line;
  const chunks = readObject(context.engines.s3, parseS3Uri(uri), Math.max(0, start - 1));
  let rank = 0;
  for await (const event of readSegmentEvents(chunks, { object: uri, start, end: start + 1 })) {
    if (event.type !== 'users') continue;
    yield event.ids.map((userId) => ({ userId, rank: ++rank }));
  }
}

/** Joins the members with the contacts in the same order and leaves out who may not be addressed, counted by reason. */
export function admitAll(
  { context, job }: Pick<QueryCase, 'context' | 'job'>,
  parts: { readonly uri: string; readonly reasons: Map<string, number> },
): AsyncGenerator<AdmittedMember<StoredContact>> {
  const { engines } = context;
  const joined = joinByUserId<StoredContact>({
    members: readMembers(readObject(engines.s3, parseS3Uri(parts.uri))),
    contacts: streamContacts(engines.db),
    userIdOf: (stored) => stored.contact.userId,
  });
  return admitMembers(joined, {
    refuse: (stored) => refuseMember(stored, job),
    onLeftOut: (reason) => parts.reasons.set(reason, (parts.reasons.get(reason) ?? 0) + 1),
  });
}

/** Tells why a member may not be in the files: an explicit refusal always counts, and so does a suppression. */
export function refuseMember(stored: StoredContact, job: AudienceJob): string | undefined {
  const { consent, ...attributes } = job.audience.where;
  if (!matches(attributes, stored.contact, job.name)) return 'not_matched';
  if (consentFor(stored.contact, job.name) === false) return 'no_consent';
  if (consent !== undefined && !matches({ consent }, stored.contact, job.name)) return 'no_consent';
  return stored.suppression === undefined ? undefined : `suppressed_${stored.suppression}`;
}

/** Counts what passes. */
export async function* countRows<T>(rows: AsyncIterable<T>, counted: { count: number }): AsyncGenerator<T> {
  for await (const row of rows) {
    counted.count += 1;
    yield row;
  }
}

interface Made {
  readonly kind: string;
  readonly name: string;
  readonly rows: number;
  readonly written: WrittenObject;
}

/** Records a file of the run. */
export async function record({ engines, run }: StageContext, { kind, name, rows, written }: Made): Promise<void> {
  await saveArtefact(engines.db, run.runId, { kind, name, rows, ...written, now: engines.now() });
}
