/** The stage write: one query of a segment becomes a member file and the format files, all on S3. */

import { writeCsv } from '../../audience/csv';
import type { AdmittedMember } from '../../audience/join';
import type { StoredContact } from '../../database/people/contacts';
import { findShard, finishShard } from '../../database/runs/shards';
import { writeObject } from '../../storage/objects';
import { writeSpecSchema } from '../buying/locate-output';
import { place } from '../engines';
import { tally } from '../recipients/choose-recipients';
import { DONE, type Stage } from '../stage';
import { admitAll, countRows, ensureMemberFile, type QueryCase, record } from './audience-members';

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

async function writeQuery(query: QueryCase) {
  const { engines, run } = query.context;
  const name = query.query.name;
  const text = query.query.by === 'item' ? query.query.itemId : query.query.query;
  const members = await ensureMemberFile(query);
  const reasons = new Map<string, number>();
  const admitted = { count: 0 };
  const rows = countRows(toContacts(admitAll(query, { uri: members.uri, reasons })), admitted);
  const uri = place(engines, `${query.job.audience.to}${run.runId}/${name}.csv`);
  const csv = await writeObject(engines.s3, uri, writeCsv(rows), {
    contentType: 'text/csv; charset=utf-8',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(query.context, { kind: 'audience', name: `${name}.csv`, rows: admitted.count, written: csv });
  const counts = { segmentUsers: members.count, members: admitted.count, leftOut: tally(reasons) };
  return { name, query: text, ...counts, ...(query.spec.error === null ? {} : { error: query.spec.error }) };
}

async function* toContacts(rows: AsyncIterable<AdmittedMember<StoredContact>>) {
  for await (const { member, contact } of rows) yield { member, contact: contact.contact };
}
