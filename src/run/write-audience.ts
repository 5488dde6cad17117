/** The stage write: one query of a segment becomes a member file and the format files, all on S3. */

import { writeCsv } from '../audience/csv';
import { admitMembers, joinByUserId } from '../audience/join';
import { type Member, readMembers, writeMembers } from '../audience/members';
import { saveArtefact } from '../database/artefacts';
import { type StoredContact, streamContacts } from '../database/contacts';
import { findShard, finishShard } from '../database/shards';
import { consentFor } from '../job/attributes';
import type { AudienceJob, SegmentQuery } from '../job/definition';
import { matches } from '../job/where';
import { readSegmentEvents } from '../personalize/segment-reader';
import { readObject, type WrittenObject, writeObject } from '../storage/objects';
import { parseS3Uri } from '../storage/uri';
import { tally } from './choose-recipients';
import { place } from './engines';
import { type WriteSpec, writeSpecSchema } from './locate-output';
import { sortMembers } from './sort-members';
import { DONE, type Stage, type StageContext } from './stage';

/** Writes the audience of one query; done again it writes the same bytes to the same keys. */
export const write: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'write', shard });
  if (bundle.job.kind !== 'audience' || row === undefined || row.done) return DONE;
  const spec = writeSpecSchema.parse(row.spec);
  const query = bundle.job.segment.queries.find((candidate) => candidate.name === spec.query);
  if (query === undefined) return DONE;
  const result = await writeQuery({ context, job: bundle.job, query, spec });
  await finishShard(engines.db, run.runId, { stage: 'write', shard, result, now: engines.now() });
  return DONE;
};

interface QueryCase {
  readonly context: StageContext;
  readonly job: AudienceJob;
  readonly query: SegmentQuery;
  readonly spec: WriteSpec;
}

async function writeQuery(query: QueryCase) {
  const { engines, run } = query.context;
  const name = query.query.name;
  const text = query.query.by === 'item' ? query.query.itemId : query.query.query;
  const members = await writeMemberFile(query);
  const reasons = new Map<string, number>();
  const admitted = { count: 0 };
  const rows = countRows(admitAll(query, { uri: members.written.uri, reasons }), admitted);
  const uri = place(engines, `${query.job.audience.to}${run.runId}/${name}.csv`);
  const csv = await writeObject(engines.s3, uri, writeCsv(rows), {
    contentType: 'text/csv; charset=utf-8',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(query, { kind: 'audience', name: `${name}.csv`, rows: admitted.count, written: csv });
  const counts = { segmentUsers: members.count, members: admitted.count, leftOut: tally(reasons) };
  return { name, query: text, ...counts, ...(query.spec.error === null ? {} : { error: query.spec.error }) };
}

async function writeMemberFile(query: QueryCase): Promise<{ written: WrittenObject; count: number }> {
  const { engines, run } = query.context;
  const sorted = await sortMembers(readUsers(query), engines.tempDir);
  try {
    const uri = place(engines, `members/${run.runId}/${query.query.name}.tsv`);
    const counted = { count: 0 };
    const written = await writeObject(engines.s3, uri, writeMembers(countRows(sorted.members, counted)), {
      contentType: 'text/tab-separated-values',
      kmsKeyArn: engines.settings.aws.kmsKeyArn,
    });
    await record(query, { kind: 'members', name: query.query.name, rows: counted.count, written });
    return { written, count: counted.count };
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

/** Joins the members with the contacts in the same order and leaves out who may not be addressed. */
function admitAll({ context, job }: QueryCase, parts: { readonly uri: string; readonly reasons: Map<string, number> }) {
  const { engines } = context;
  const joined = joinByUserId<StoredContact>({
    members: readMembers(readObject(engines.s3, parseS3Uri(parts.uri))),
    contacts: streamContacts(engines.db, job.name),
    userIdOf: (stored) => stored.contact.userId,
  });
  const admitted = admitMembers(joined, {
    refuse: (stored) => refuseMember(stored, job),
    onLeftOut: (reason) => parts.reasons.set(reason, (parts.reasons.get(reason) ?? 0) + 1),
  });
  return toContacts(admitted);
}

async function* toContacts(rows: AsyncIterable<{ readonly member: Member; readonly contact: StoredContact }>) {
  for await (const { member, contact } of rows) yield { member, contact: contact.contact };
}

/** Tells why a member may not be in the files: an explicit refusal always counts, and so does a suppression. */
export function refuseMember(stored: StoredContact, job: AudienceJob): string | undefined {
  const { consent, ...attributes } = job.audience.where;
  if (!matches(attributes, stored.contact, job.name)) return 'not_matched';
  if (consentFor(stored.contact, job.name) === false) return 'no_consent';
  if (consent !== undefined && !matches({ consent }, stored.contact, job.name)) return 'no_consent';
  return stored.suppression === undefined ? undefined : `suppressed_${stored.suppression}`;
}

async function* countRows<T>(rows: AsyncIterable<T>, counted: { count: number }): AsyncGenerator<T> {
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

async function record({ context }: QueryCase, { kind, name, rows, written }: Made): Promise<void> {
  const { engines, run } = context;
  await saveArtefact(engines.db, run.runId, { kind, name, rows, ...written, now: engines.now() });
}
