/** Opens the engines that the settings name, embedded or not, and closes them in reverse order. */
import { randomBytes } from 'node:crypto';
import type { Settings } from '../config/settings';
import { createPool } from '../database/connecting/connection';
import { readBootId } from '../database/embedded/boot-id';
import type { StateFolder } from '../database/embedded/state-folder';
import { NightjarError } from '../errors';
import { followServer } from '../mail/follow-server';
import { openJournal } from '../mail/journal';
import { createMailer } from '../mail/mailer';
import { openQueue, type QueueConnection } from '../queue/work-queue';
import { createPersonalizeClient } from '../run/buying/personalize-client';
import type { Engines } from '../run/engines';
import { createS3Client, ensureBucket } from '../storage/client';
import { credentialsOf } from '../storage/credentials';
import { connectAws, connectMail, storageEndpoint } from './connect-services';
import { type OpenOptions, type OpenStore, openStore } from './open-store';
import { readDkim } from './read-dkim';
import { readSecret } from './secrets';

export interface OpenEngines extends Engines {
  readonly state: StateFolder;
  close(): Promise<void>;
}

/** Opens everything that runs need. */
export async function openEngines(options: OpenOptions): Promise<OpenEngines> {
  const store = await openStore(options);
  const { releases, state, db } = store;
  try {
    const { settings, log } = options;
    const aws = await connectAws(options, store);
    const s3 = createS3Client({ ...aws, ...storageEndpoint(settings) });
    releases.add('S3', async () => s3.destroy());
    await ensureBucket(s3, settings.storage.bucket, { create: settings.aws.endpoint === 'embedded' });
    const personalize = createPersonalizeClient(aws);
    releases.add('Personalize', async () => personalize.destroy());
    const timing = { lockMs: settings.queue.lockSeconds * 1000, stalledMs: settings.queue.stalledSeconds * 1000 };
    const queue = await openQueue(connectQueue(options, store), timing, {
      onWarning: (text) => log('warn', 'queue', { reason: text }),
    });
    releases.add('queue', () => queue.close());
    const { connections } = settings.mail;
    // SES is always the real one: the local AWS sends no mail.
    const sesAccess = { region: settings.aws.region, ...credentialsOf(settings.aws) };
    const dkim = await readDkim(settings.mail.dkim, options.env);
    const mailer = followServer(await connectMail(options, store), (url) =>
      createMailer({ url, connections, aws: sesAccess, dkim }),
    );
    releases.add('mail', () => mailer.close());
    const sending = await openSending(store);
    const secret = signingSecret(options, state);
    return {
      settings,
      db,
      s3,
      personalize,
      queue,
      mailer,
      secret,
      log,
      state,
      ...sending,
      ...placesOf(settings, state),
      now: () => Date.now(),
      close: () => releases.run(),
    };
  } catch (error) {
    await releases.run();
    throw error;
  }
}

/** Names the places of the state folder by what they are to the engines. */
export function placesOf({ mail }: Settings, state: StateFolder) {
  return {
    journalDir: state.journal,
    tempDir: state.tmp,
    spoolDir: state.unsubscribed,
    inboxDir: mail.url === 'embedded' ? state.inbox : undefined,
  };
}

async function openSending({ state, releases }: OpenStore) {
  const token = randomBytes(12).toString('hex');
  const bootId = await readBootId(() => Date.now());
  const journal = openJournal({ dir: state.journal, token, bootId });
  releases.add('journal', async () => journal.close());
  return { token, bootId, journal };
}

function connectQueue({ settings }: OpenOptions, { connection, releases }: OpenStore): QueueConnection {
  const { url } = settings.queue;
  if (url !== 'embedded' && url !== 'database') return { kind: 'redis', url };
  const pool = createPool({ ...connection, max: Math.max(2, Math.ceil(settings.database.poolSize / 2)) }, 'bullmq');
  releases.add('queue pool', () => pool.end());
  return { kind: 'postgres', pool };
}

/** The embedded default makes its signing secret itself; anywhere else links must survive the loss of this machine. @throws E_CONFIG_FIELD */
export function signingSecret({ settings, env }: OpenOptions, state: StateFolder): string {
  const given = readSecret('NIGHTJAR_SECRET', env);
  if (given !== undefined && given.length >= 32) return given;
  if (given === undefined && settings.database.url === 'embedded') return state.secret;
  throw new NightjarError(
    'E_CONFIG_FIELD',
    `NIGHTJAR_SECRET is ${given === undefined ? 'not set' : 'shorter than 32 characters'}; it signs the unsubscribe links`,
    {
      fix: 'export NIGHTJAR_SECRET="$(openssl rand -hex 32)", and keep it for ever',
    },
  );
}
