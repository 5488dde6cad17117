/** Makes the files of sets that change by themselves, once a run: all its audiences, and a run that goes on, see the same. */
import { createHash } from 'node:crypto';
import { UNRANKED } from '../../audience/algebra/rank';
import { countLines } from '../../audience/block-buffer';
import { type Member, writeMembers } from '../../audience/members';
import { mergeMemberFiles } from '../../audience/merge-members';
import { withLock } from '../../database/connecting/lock';
import { findArchivedSince, findLastWrittenSlot, readUserSet, type UserSet } from '../../database/people/user-sets';
import { listArtefacts } from '../../database/runs/artefacts';
import { NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { type Leaf, writeLeaf } from '../../job/combine/expression';
import { placeOf } from '../../job/place';
import { headObject, readObject, writeObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { type Engines, place } from '../engines';
import type { StageContext } from '../stage';
import { countRows, record } from './audience-members';
import { requireAudience } from './check-sets';

/** A set that is neither a query nor a list of the job. */
export type ChangingLeaf = Exclude<Leaf, { readonly kind: 'query' | 'list' }>;

type Members = AsyncIterable<readonly Member[]>;

/** Gives the member file of a set; one that this run has made already, and that is still whole, is used again. */
export async function ensureSetFile(context: StageContext, job: AudienceJob, leaf: ChangingLeaf): Promise<string> {
  const { engines, run } = context;
  const name = writeLeaf(leaf);
  return withLock(engines.db, `set ${run.runId} ${name}`, async () => {
    const artefacts = await listArtefacts(engines.db, run.runId);
    const known = artefacts.find((artefact) => artefact.kind === 'set' && artefact.name === name);
    const isWhole = known !== undefined && (await headObject(engines.s3, parseS3Uri(known.uri))) === known.bytes;
    if (isWhole) return known.uri;
    const counted = { count: 0 };
    return readSet(context, { job, leaf, counted }, (chunks) => writeSet(context, { name, counted }, chunks));
  });
}

async function writeSet(
  context: StageContext,
  { name, counted }: { readonly name: string; readonly counted: Counted },
  chunks: AsyncIterable<Uint8Array>,
): Promise<string> {
  const { engines, run } = context;
  const hash = createHash('sha256').update(name).digest('hex').slice(0, 16);
  const uri = place(engines, `members/${run.runId}/sets/${hash}.tsv`);
  const written = await writeObject(engines.s3, uri, chunks, {
    contentType: 'text/tab-separated-values',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  await record(context, { kind: 'set', name, rows: counted.count, written });
  return written.uri;
}

interface SetCase {
  readonly job: AudienceJob;
  readonly leaf: ChangingLeaf;
  /** Counts the members that are read. */
  readonly counted: Counted;
}

interface Counted {
  count: number;
}

interface SetWish {
  readonly job: AudienceJob;
  readonly leaf: Exclude<ChangingLeaf, { readonly kind: 'audience' }>;
  readonly at: number;
}

async function readSet<T>(
  context: StageContext,
  { job, leaf, counted }: SetCase,
  read: (memberFile: AsyncIterable<Uint8Array>) => Promise<T>,
): Promise<T> {
  const { engines, run } = context;
  if (leaf.kind === 'audience') {
    const { uris } = await requireAudience(engines, job, leaf, run.runId);
    const parts = uris.map((uri) => readObject(engines.s3, parseS3Uri(uri)));
    return read(countLines(mergeMemberFiles(parts), counted));
  }
  const write = (members: Members) => read(writeMembers(countRows(members, counted)));
  const set = await userSetOf(engines, { job, leaf, at: run.createdAt });
  return set === undefined ? write(nobody()) : readUserSet(engines.db, set, (batches) => write(withoutRanks(batches)));
}

/**
 * Finds what a set is in the database; undefined for the recipients of a job that has written to nobody.
 * @param wish.at  when the run was made, epoch ms: times count back from there
 * @throws E_RUN_ARCHIVED
 */
export async function userSetOf(
  engines: Pick<Engines, 'db' | 'settings'>,
  { job, leaf, at }: SetWish,
): Promise<UserSet | undefined> {
  switch (leaf.kind) {
    case 'everyone':
      return { of: 'contacts' };
    case 'suppressed':
      return { of: 'suppressed', topic: job.audience.topic };
    case 'buyers':
      return { of: 'buyers', since: at - leaf.within, events: engines.settings.events.bought };
    case 'recipients': {
      if (leaf.within === undefined) {
        const slot = await findLastWrittenSlot(engines.db, leaf.job);
        return slot === undefined ? undefined : { of: 'slot', job: leaf.job, slot };
      }
      const since = at - leaf.within;
      const archived = await findArchivedSince(engines.db, leaf.job, since);
      if (archived === undefined) return { of: 'recipients', job: leaf.job, since };
      const message = `${writeLeaf(leaf)} reaches back to ${archived}, which is archived: nobody can tell any more who got its mails`;
      const fix = `name a shorter time, or keep the runs of ${leaf.job} longer (keep)`;
      throw new NightjarError('E_RUN_ARCHIVED', message, { where: placeOf(job, ['audience', 'combine']), fix });
    }
  }
}

async function* nobody(): AsyncGenerator<readonly Member[]> {}

async function* withoutRanks(batches: AsyncIterable<readonly string[]>): AsyncGenerator<readonly Member[]> {
  for await (const batch of batches) yield batch.map((userId) => ({ userId, rank: UNRANKED }));
}
