/** Makes the member file of a query from Personalize's answer. */
import { countLines } from '../../audience/block-buffer';
import type { Member } from '../../audience/members';
import { listArtefacts, saveArtefact } from '../../database/runs/artefacts';
import type { AudienceJob, SegmentQuery } from '../../job/audience-job';
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
    const written = await writeObject(engines.s3, uri, countLines(sorted.blocks, counted), {
      contentType: 'text/tab-separated-values',
      kmsKeyArn: engines.settings.aws.kmsKeyArn,
    });
    await record(query.context, { kind: 'members', name, rows: counted.count, written });
    return { uri: written.uri, count: counted.count };
  } finally {
    await sorted.release();
  }
}

/** Streams the users of the query's lines, in each ranked in the order in which they stand. */
async function* readUsers({ context, spec }: QueryCase): AsyncGenerator<readonly Member[]> {
  if (spec.error !== null) return;
  for (const { uri, start } of spec.lines) {
    const chunks = readObject(context.engines.s3, parseS3Uri(uri), Math.max(0, start - 1));
    let rank = 0;
    for await (const event of readSegmentEvents(chunks, { object: uri, start, end: start + 1 })) {
      if (event.type !== 'users') continue;
      yield event.ids.map((userId) => ({ userId, rank: ++rank }));
    }
  }
}

/** Counts what passes. */
export async function* countRows<T>(
  batches: AsyncIterable<readonly T[]>,
  counted: { count: number },
): AsyncGenerator<readonly T[]> {
  for await (const batch of batches) {
    counted.count += batch.length;
    yield batch;
  }
}

interface Made {
  readonly kind: string;
  readonly name: string;
  readonly rows: number | undefined;
  readonly written: WrittenObject;
}

/** Records a file of the run. */
export async function record({ engines, run }: StageContext, { kind, name, rows, written }: Made): Promise<void> {
  await saveArtefact(engines.db, run.runId, { kind, name, rows, ...written, now: engines.now() });
}
