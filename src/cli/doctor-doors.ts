/** Opens the engines one by one for the doctor; the embedded ones are served as for every other verb. */
import { Resolver } from 'node:dns/promises';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { isSesUrl, parseSesUrl } from '../mail/ses-url';
import { createPersonalizeClient } from '../run/buying/personalize-client';
import type { DatabaseState } from '../run/doctor/check-database';
import type { MailDoor } from '../run/doctor/check-mail';
import type { Doors } from '../run/doctor/examine';
import { type AwsConnection, createS3Client, ensureBucket } from '../storage/client';
import { credentialsOf } from '../storage/credentials';
import { connectAws, connectMail, remoteAws, storageEndpoint } from './connect-services';
import { connectDatabase, type OpenOptions, type OpenStore, openStore } from './open-store';
import { readDkim } from './read-dkim';
import type { Releases } from './releases';

/** An answer that takes longer is none. */
const DNS = { timeout: 2000, tries: 2 };

/** Makes the doors of the settings; what they open is released by `releases`. */
export function openDoors(options: OpenOptions, releases: Releases): Doors {
  const { settings } = options;
  return {
    database: () => connectDatabase(options, releases),
    dkim: {
      key: () => readDkim(settings.mail.dkim, options.env),
      resolveTxt: (name) => new Resolver(DNS).resolveTxt(name),
    },
    enter: (state) => {
      const store = openStoreOnce(options, releases, state);
      const connect = connectOnce(options, store);
      return {
        s3: async () => {
          const connection = await connect();
          if (connection === undefined) return undefined;
          const s3 = createS3Client({ ...connection, ...storageEndpoint(settings) });
          releases.add('S3', async () => s3.destroy());
          // Where it fails, the examination of the bucket tells why.
          const create = settings.aws.endpoint === 'embedded';
          if (create) await ensureBucket(s3, settings.storage.bucket, { create }).catch(() => undefined);
          return s3;
        },
        personalize: async () => {
          const connection = await connect();
          if (connection === undefined) return undefined;
          const personalize = createPersonalizeClient(connection);
          releases.add('Personalize', async () => personalize.destroy());
          return personalize;
        },
        mail: () => openMail(options, store, releases),
      };
    },
  };
}

type StoreOnce = () => Promise<OpenStore | undefined>;

/**
 * The embedded services of all processes meet in the database. An embedded one gets its tables now, as with every other verb;
 * another is not touched before somebody means it.
 */
function openStoreOnce(options: OpenOptions, releases: Releases, state: DatabaseState): StoreOnce {
  const isOpen = state === 'ours' || (state === 'behind' && options.settings.database.url === 'embedded');
  let opening: Promise<OpenStore> | undefined;
  return async () => {
    if (!isOpen) return undefined;
    opening ??= openStore(options).then((store) => {
      releases.add('store', () => store.releases.run());
      return store;
    });
    return opening;
  };
}

function connectOnce(options: OpenOptions, open: StoreOnce): () => Promise<AwsConnection | undefined> {
  const { settings } = options;
  let connecting: Promise<AwsConnection | undefined> | undefined;
  const connect = async (): Promise<AwsConnection | undefined> => {
    if (settings.aws.endpoint !== 'embedded') return remoteAws(settings);
    const store = await open();
    return store === undefined ? undefined : connectAws(options, store);
  };
  return () => {
    connecting ??= connect();
    return connecting;
  };
}

async function openMail(options: OpenOptions, open: StoreOnce, releases: Releases): Promise<MailDoor | undefined> {
  const { mail, aws } = options.settings;
  if (isSesUrl(mail.url)) {
    const region = parseSesUrl(mail.url).region ?? aws.region;
    const client = new SESv2Client({ region, ...credentialsOf(aws) });
    releases.add('SES', async () => client.destroy());
    return { kind: 'ses', client, region };
  }
  if (mail.url !== 'embedded') return { kind: 'smtp', url: mail.url };
  const store = await open();
  return store === undefined ? undefined : { kind: 'smtp', url: (await connectMail(options, store))() };
}
