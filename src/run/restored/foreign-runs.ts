/** Finds the runs of a job that stand on S3 and that this database does not know: it was restored from a backup, or cloned (D5). */
import { findStarts } from '../../database/runs/starts';
import { parseRunId } from '../../job/keys';
import { listFolders } from '../../storage/folders';
import { type Engines, place } from '../engines';
import { readStart, type StartRecord } from './start-record';

type SearchEngines = Pick<Engines, 'settings' | 'db' | 's3' | 'now'>;

/** A backup that is older than this is not expected to go on sending. */
const LOOK_BACK_MS = 92 * 86_400_000;
/** Slots of a job looked at, the newest: three months of one an hour. */
const MOST_RUNS = 2500;
/** Starts of runs that the database knows are read and compared for so many of the newest. */
const COMPARED_RUNS = 32;
/** Requests to S3 at a time. */
const READS = 8;

export interface Search {
  readonly job: string;
  /** The oldest slot that matters; slots older than it by three months are not looked at. */
  readonly slot: string;
}

/** Lists the starts that are not of this database, in the order of their run ids. */
export async function findForeignRuns(engines: SearchEngines, search: Search): Promise<readonly StartRecord[]> {
  const runIds = await listRunFolders(engines, search);
  const known = await findStarts(engines.db, runIds);
  const newest = new Set(runIds.filter((runId) => known.has(runId)).slice(-COMPARED_RUNS));
  const suspects = runIds.filter((runId) => !known.has(runId) || newest.has(runId));
  // Another instance that shares the bucket is no concern of ours.
  const isForeign = (record: StartRecord) =>
    record.instance === engines.settings.instance && known.get(record.run)?.nonce !== record.nonce;
  const found: StartRecord[] = [];
  for (let from = 0; from < suspects.length; from += READS) {
    const records = await Promise.all(suspects.slice(from, from + READS).map((runId) => readStart(engines, runId)));
    found.push(...records.filter((record) => record !== undefined).filter(isForeign));
  }
  return found;
}

async function listRunFolders(engines: SearchEngines, { job, slot }: Search): Promise<readonly string[]> {
  const since = Math.min(Date.parse(`${slot.slice(0, 10)}T00:00:00Z`), engines.now()) - LOOK_BACK_MS;
  const root = place(engines, 'runs/');
  const after = `${root.key}${job}.${new Date(since).toISOString().slice(0, 10)}`;
  const folders = await listFolders(
    engines.s3,
    { bucket: root.bucket, key: `${root.key}${job}.` },
    { after, last: MOST_RUNS },
  );
  return folders.map((folder) => folder.slice(root.key.length, -1)).filter((runId) => parseRunId(runId)?.job === job);
}
