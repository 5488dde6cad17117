/** Moves the deliveries of a run from the ledger to a Parquet object; nothing is deleted before the object has been read back. */
import { createReadStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { deleteLedgerPage, type EndedRun, streamLedger } from '../../database/keeping/keeping';
import { countDeliveries } from '../../database/ledger/deliveries';
import { type ArtefactRow, listArtefacts, saveArtefact } from '../../database/runs/artefacts';
import { NightjarError } from '../../errors';
import { headObject, writeObject } from '../../storage/objects';
import { formatS3Uri, parseS3Uri } from '../../storage/uri';
import { type Engines, place } from '../engines';
import { tallyArchive } from './read-parquet';
import type { LedgerTally } from './tally';
import { writeParquet } from './write-parquet';

/** Rows of a row group, which are held in memory: some ten megabytes. */
const PAGE_ROWS = 10_000;
/** Rows deleted in one commit, so that no other waits long. */
const DELETE_ROWS = 5000;

const ARCHIVE = 'archive';

/** Archives the deliveries and deletes them from the ledger; goes on where an earlier attempt stopped. Answers how many are archived. */
export async function archiveLedger(engines: Engines, run: EndedRun, signal: AbortSignal): Promise<number> {
  // Counted first: rows are deleted only once the archive is recorded, so without a record these are all.
  const counts = await countDeliveries(engines.db, run.runId);
  const recorded = await findArchive(engines, run);
  const total = Object.values(counts).reduce((sum, count) => sum + count, 0);
  if (recorded === undefined && total === 0) return 0;
  const archive = recorded ?? (await writeArchive(engines, run, counts));
  await checkThere(engines, archive);
  await deleteLedger(engines, run, signal);
  return archive.rows ?? 0;
}

async function findArchive(engines: Engines, run: EndedRun): Promise<ArtefactRow | undefined> {
  return (await listArtefacts(engines.db, run.runId)).find((artefact) => artefact.kind === ARCHIVE);
}

async function writeArchive(
  engines: Engines,
  run: EndedRun,
  counts: Readonly<Record<string, number>>,
): Promise<ArtefactRow> {
  const file = archiveFile(engines, run.runId);
  try {
    const facts = { run: run.runId, instance: engines.settings.instance };
    const written = await writeParquet(file, streamLedger(engines.db, run, PAGE_ROWS), facts);
    checkSame(run, written, counts);
    const uri = place(engines, `archive/${run.job}/${run.runId}.parquet`);
    const { kmsKeyArn } = engines.settings.aws;
    const stored = await writeObject(engines.s3, uri, createReadStream(file), {
      contentType: 'application/vnd.apache.parquet',
      kmsKeyArn,
    });
    const artefact = { kind: ARCHIVE, name: `${run.runId}.parquet`, rows: written.rows, ...stored };
    await checkThere(engines, artefact);
    const readBack = await tallyArchive(engines.s3, uri, stored.bytes);
    checkSame(run, readBack, counts);
    if (readBack.digest !== written.digest) throw damaged(run, 'other user ids or states than were written');
    await saveArtefact(engines.db, run.runId, { ...artefact, now: engines.now() });
    return artefact;
  } finally {
    await rm(file, { force: true });
  }
}

/** The file of a run has one name, so that what a killed process left is written over and removed by the next attempt. */
function archiveFile(engines: Engines, runId: string): string {
  return path.join(engines.tempDir, `archive-${runId}.parquet`);
}

function checkSame(run: EndedRun, tally: LedgerTally, counts: Readonly<Record<string, number>>): void {
  for (const [state, count] of Object.entries(counts)) {
    const archived = tally.states[state] ?? 0;
    if (archived !== count) throw damaged(run, `${archived} deliveries that are ${state}, the ledger ${count}`);
  }
}

function damaged(run: EndedRun, what: string): NightjarError {
  return new NightjarError('E_OBJECT_FORMAT', `the archive of the run ${run.runId} has ${what}; nothing was deleted`, {
    fix: `archive it again: nightjar runs archive ${run.runId}`,
  });
}

/** A person may have removed the object between two attempts; the rows that are left stay then. */
async function checkThere(engines: Engines, archive: ArtefactRow): Promise<void> {
  const uri = parseS3Uri(archive.uri);
  if ((await headObject(engines.s3, uri)) === archive.bytes) return;
  throw new NightjarError(
    'E_OBJECT_MISSING',
    `the archive ${formatS3Uri(uri)} is missing or is not of ${archive.bytes} bytes; the deliveries that are left were not deleted`,
    { fix: 'restore the object from a backup or an earlier version' },
  );
}

async function deleteLedger(engines: Engines, run: EndedRun, signal: AbortSignal): Promise<void> {
  let after: string | undefined = '';
  while (after !== undefined) {
    signal.throwIfAborted();
    after = await deleteLedgerPage(engines.db, run, { after, limit: DELETE_ROWS });
  }
}
