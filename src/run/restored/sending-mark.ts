/**
 * `runs/<id>/sending.json`: a number that grows in the database and then on S3 while a run sends. Where S3 is ahead, the
 * database has forgotten mails: it was restored to the middle of the run, or another copy of it sends as well.
 */
import { z } from 'zod';
import { advanceMark, readMark } from '../../database/runs/sending-marks';
import { isNightjarError } from '../../errors';
import { readSmallObject, writeObject } from '../../storage/objects';
import { type Engines, place } from '../engines';

const markSchema = z.object({ version: z.literal(1), mark: z.number().int() });

type MarkEngines = Pick<Engines, 'settings' | 'db' | 's3'>;

/** Tells that S3 knows of sending that this database does not. */
export async function isSendingElsewhere(engines: MarkEngines, runId: string): Promise<boolean> {
  // S3 first: what it has was in the database before.
  const onS3 = await readS3Mark(engines, runId);
  return onS3 > (await readMark(engines.db, runId));
}

/** Notes that mails are about to be sent. */
export async function advanceSendingMark(engines: MarkEngines, runId: string): Promise<void> {
  const mark = await advanceMark(engines.db, runId);
  await writeObject(engines.s3, markPlace(engines, runId), [JSON.stringify({ version: 1, mark })], {
    contentType: 'application/json',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
}

async function readS3Mark(engines: MarkEngines, runId: string): Promise<number> {
  try {
    const text = await readSmallObject(engines.s3, markPlace(engines, runId));
    return markSchema.parse(JSON.parse(text.toString('utf8'))).mark;
  } catch (error) {
    if (isNightjarError(error) && error.code === 'E_OBJECT_MISSING') return 0;
    throw error;
  }
}

function markPlace(engines: MarkEngines, runId: string) {
  return place(engines, `runs/${runId}/sending.json`);
}
