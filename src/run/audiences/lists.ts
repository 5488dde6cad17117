/** Reads the lists of a job, and keeps them on S3 by their content, so that a run that goes on later has the same ones. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { UNRANKED } from '../../audience/algebra/rank';
import { countLines } from '../../audience/block-buffer';
import type { Member } from '../../audience/members';
import { combineErrors, NightjarError } from '../../errors';
import type { ParsedJob } from '../../job/definition';
import { placeOf } from '../../job/place';
import { headObject, writeObject } from '../../storage/objects';
import { formatS3Uri } from '../../storage/uri';
import { type Engines, place } from '../engines';
import { checkColumns } from '../import/columns';
import { createFindings } from '../import/findings';
import { requireId } from '../import/row-cells';
import { findUnreadable, readRows } from '../import/rows';
import { readId } from '../import/values';
import { sortMembers } from './sort-members';

/** Name of a list → path of its file. */
export type ListFiles = Readonly<Record<string, string>>;

/** A list as a run uses it. */
export interface StoredList {
  readonly uri: string;
  /** Each counted once. */
  readonly users: number;
}

/**
 * Checks that the lists of a job are there; they are read when a run begins.
 * @throws E_IMPORT_FILE, all problems at once
 */
export async function checkListFiles(job: ParsedJob, files: ListFiles = {}): Promise<void> {
  if (job.kind !== 'audience') return;
  const errors: NightjarError[] = [];
  for (const [name, written] of Object.entries(job.audience.lists)) {
    const problem = await findUnreadable(files[name] ?? written);
    if (problem === undefined) continue;
    const message = `audience.lists.${name} is "${written}": ${problem.message}`;
    const fix = 'write its path as it is seen from the project folder';
    errors.push(new NightjarError('E_IMPORT_FILE', message, { where: placeOf(job, ['audience', 'lists', name]), fix }));
  }
  const error = combineErrors(errors);
  if (error !== undefined) throw error;
}

/**
 * Streams the users of a list in the order of its file, in batches.
 * @throws E_IMPORT_FILE, E_IMPORT_ROW at its end, where it or rows of it are wrong
 */
export async function* readList(file: string): AsyncGenerator<readonly Member[]> {
  const findings = createFindings();
  const scope = findings.forFile(file);
  const onColumns = (columns: readonly string[]) =>
    checkColumns(columns, { required: ['user_id'], optional: [], others: 'attributes' }, scope);
  for await (const rows of readRows({ findings: scope, onColumns })) {
    const members: Member[] = [];
    for (const row of rows) {
      const userId = requireId({ row, findings: scope }, 'user_id', readId);
      if (userId !== undefined) members.push({ userId, rank: UNRANKED });
    }
    if (scope.full) break;
    if (members.length > 0) yield members;
  }
  const error = findings.error();
  if (error !== undefined) throw error;
}

/** Users of a list who are looked up among the contacts. */
const SAMPLED_USERS = 1000;

/** Counts the rows of a list, and gives its first users. @throws as `readList` does */
export async function countList(file: string): Promise<{ readonly rows: number; readonly first: readonly string[] }> {
  let rows = 0;
  const first: string[] = [];
  for await (const batch of readList(file)) {
    rows += batch.length;
    first.push(...batch.slice(0, SAMPLED_USERS - first.length).map(({ userId }) => userId));
  }
  return { rows, first };
}

type StoreEngines = Pick<Engines, 's3' | 'settings' | 'tempDir'>;

/** Stores lists, sorted, each user once; an equal one is there already. @throws as `readList` does */
export async function storeLists(engines: StoreEngines, files: ListFiles): Promise<Record<string, StoredList>> {
  const stored: Record<string, StoredList> = {};
  for (const [name, file] of Object.entries(files)) stored[name] = await storeList(engines, file);
  return stored;
}

async function storeList(engines: StoreEngines, file: string): Promise<StoredList> {
  await mkdir(engines.tempDir, { recursive: true });
  const copy = path.join(engines.tempDir, `list-${randomUUID()}`);
  const sorted = await sortMembers(readList(file), engines.tempDir);
  try {
    const users = { count: 0 };
    const hash = createHash('sha256');
    const hashed = async function* () {
      for await (const chunk of countLines(sorted.blocks, users)) {
        hash.update(chunk);
        yield chunk;
      }
    };
    await writeFile(copy, hashed(), { mode: 0o600 });
    const uri = place(engines, `lists/${hash.digest('hex')}.tsv`);
    if ((await headObject(engines.s3, uri)) === undefined) {
      await writeObject(engines.s3, uri, createReadStream(copy), {
        contentType: 'text/tab-separated-values',
        kmsKeyArn: engines.settings.aws.kmsKeyArn,
      });
    }
    return { uri: formatS3Uri(uri), users: users.count };
  } finally {
    await sorted.release();
    await rm(copy, { force: true });
  }
}
