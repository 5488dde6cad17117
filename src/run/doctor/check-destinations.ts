/** Looks at the destinations of audience files: whether each would let files in. None is left there. */
import type { S3Client } from '@aws-sdk/client-s3';
import type { DestinationSettings } from '../../config/destination-settings';
import type { Settings } from '../../config/settings';
import { openDestination } from '../../storage/destinations/open';
import { type Examination, failed, ok, skipped, type Verdict } from './finding';

/** Less than a check may take, so that what is slow is told as such. */
const LIMIT_MS = 20_000;

/** Examines every destination of the settings; there is nothing to say where there are none. */
export async function examineDestinations(
  exam: Examination,
  s3: S3Client | undefined,
  { destinations, aws }: Pick<Settings, 'destinations' | 'aws'>,
): Promise<void> {
  for (const [name, settings] of Object.entries(destinations)) {
    await exam.check('destinations', name, () => tryDestination({ name, settings, s3, kmsKeyArn: aws.kmsKeyArn }));
  }
}

interface Trial {
  readonly name: string;
  readonly settings: DestinationSettings;
  readonly s3: S3Client | undefined;
  readonly kmsKeyArn: string | null;
}

async function tryDestination({ name, settings, s3, kmsKeyArn }: Trial): Promise<Verdict> {
  const { protocol, host } = new URL(settings.url);
  if (s3 === undefined) return skipped('it needs the credentials of the storage');
  const signal = AbortSignal.timeout(LIMIT_MS);
  try {
    const destination = await openDestination({ name, settings, folder: '', s3, kmsKeyArn });
    try {
      await destination.probe(signal);
    } finally {
      await destination.close();
    }
  } catch (error) {
    if (!signal.aborted) throw error;
    const fix = `check destinations.${name}.url, and whether this machine may reach it`;
    return failed(`the destination "${name}" gives no answer within ${LIMIT_MS / 1000} s`, fix);
  }
  return ok(`${protocol}//${host} ${SEEN.get(protocol) ?? 'answers; an upload can only be tried by a run'}`);
}

const SEEN: ReadonlyMap<string, string> = new Map([
  ['s3:', 'lets an upload begin; it was given up'],
  ['sftp:', 'took a file, which is removed again'],
]);
