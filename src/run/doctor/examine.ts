/** Examines all engines in order. Each is opened by itself, so that one that is away hides none of the others. */
import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import type { S3Client } from '@aws-sdk/client-s3';
import type { PoolConfig } from 'pg';
import type { Settings } from '../../config/settings';
import { createPool } from '../../database/connecting/connection';
import { examineData } from './check-data';
import { type DatabaseState, examineDatabase } from './check-database';
import { examineDestinations } from './check-destinations';
import { type DkimDoor, examineDkim } from './check-dkim';
import { examineMachine } from './check-machine';
import { examineMail, type MailDoor } from './check-mail';
import { examinePersonalize } from './check-personalize';
import { examineQueue } from './check-queue';
import { examineSettings, type Origins } from './check-settings';
import { examineStorage } from './check-storage';
import { type EngineName, type Examination, skipped } from './finding';

/** Opens the engines one by one, the embedded ones too; undefined where an engine lacks one that stands before it. */
export interface Doors {
  readonly database: () => Promise<PoolConfig>;
  readonly dkim: DkimDoor;
  /** Told what the database is good for, since the embedded services meet there. */
  readonly enter: (database: DatabaseState) => {
    readonly s3: () => Promise<S3Client | undefined>;
    readonly personalize: () => Promise<PersonalizeClient | undefined>;
    readonly mail: () => Promise<MailDoor | undefined>;
  };
}

export interface Patient {
  readonly settings: Settings;
  readonly origins: Origins;
  /** Absolute. */
  readonly stateDir: string;
  /** NIGHTJAR_SECRET. */
  readonly secret: string | undefined;
  readonly now: () => number;
  /** Names of e-mail jobs without `send.onlyTo`. */
  readonly unkeptJobs?: readonly string[] | undefined;
}

const CONNECT_MS = 10_000;

/** Examines everything; what it finds is in the examination. */
export async function examine(exam: Examination, patient: Patient, doors: Doors): Promise<void> {
  const { settings } = patient;
  await examineSettings(exam, settings, patient);
  const config = await open(exam, 'database', doors.database);
  const pool =
    config === undefined
      ? undefined
      : createPool({ ...config, max: 2, connectionTimeoutMillis: CONNECT_MS }, 'nightjar');
  try {
    const state = pool === undefined ? 'away' : await examineDatabase(exam, pool, patient);
    const readable = state === 'away' ? undefined : pool;
    await examineQueue(exam, settings.queue.url, readable);
    const others = doors.enter(state);
    const s3 = await open(exam, 'storage', others.s3);
    if (s3 !== undefined) await examineStorage(exam, s3, settings);
    await examineDestinations(exam, s3, settings);
    const personalize = await open(exam, 'personalize', others.personalize);
    if (personalize !== undefined) await examinePersonalize(exam, personalize, patient);
    const mail = await open(exam, 'mail', others.mail);
    if (mail !== undefined) await examineMail(exam, mail, settings);
    await examineDkim(exam, doors.dkim, settings);
    await examineData(exam, readable);
    await examineMachine(exam, patient);
  } finally {
    await pool?.end();
  }
}

/** Opens an engine; what can't be opened is a finding, what was opened none yet. */
async function open<Room>(
  exam: Examination,
  engine: EngineName,
  door: () => Promise<Room | undefined>,
): Promise<Room | undefined> {
  try {
    const room = await door();
    if (room === undefined) await exam.check(engine, 'open', async () => skipped('it needs the database'));
    return room;
  } catch (error) {
    await exam.check(engine, 'open', () => Promise.reject(error));
    return undefined;
  }
}
