/** What a stage works with: the open engines, the settings, and time as a value. Opening them belongs to `cli/`. */
import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import type { S3Client } from '@aws-sdk/client-s3';
import type { Settings } from '../config/settings';
import type { Database } from '../database/connecting/connection';
import type { Journal } from '../mail/journal';
import type { Mailer } from '../mail/mailer';
import type { InputLimits } from '../personalize/limits';
import type { WorkQueue } from '../queue/work-queue';
import type { S3Uri } from '../storage/uri';

/** Writes one event with its fields; addresses never, user ids at debug only. */
export type Log = (
  level: 'debug' | 'info' | 'warn' | 'error',
  event: string,
  fields?: Readonly<Record<string, unknown>>,
) => void;

export interface Engines {
  readonly settings: Settings;
  readonly db: Database;
  readonly s3: S3Client;
  readonly personalize: PersonalizeClient;
  readonly queue: WorkQueue;
  readonly mailer: Mailer;
  readonly journal: Journal;
  /** Fencing token of this process; unlike every other's. */
  readonly token: string;
  /** Signs unsubscribe links. */
  readonly secret: string;
  readonly now: () => number;
  readonly log: Log;
  /** Where journals lie, of this worker and of others on this machine. */
  readonly journalDir: string;
  readonly bootId: string;
  /** Where unsubscribes lie that the database has not taken yet. */
  readonly spoolDir: string;
  /** For what is sorted or hashed before it goes to S3. */
  readonly tempDir: string;
  /** The embedded inbox, whose messages are evidence; undefined with another SMTP server. */
  readonly inboxDir: string | undefined;
  /** Lower limits than those of AWS: tests split small inputs by them. */
  readonly inputLimits?: InputLimits;
}

/** Names a place below the output location of the settings. */
export function place(engines: Pick<Engines, 'settings'>, key: string): S3Uri {
  const { bucket, prefix } = engines.settings.storage;
  return { bucket, key: prefix === '' || prefix.endsWith('/') ? `${prefix}${key}` : `${prefix}/${key}` };
}
