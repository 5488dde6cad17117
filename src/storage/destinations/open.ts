/** Opens a destination by the protocol of its URL. */
import type { Destination, DestinationCase } from './destination';
import { openHttps } from './https';
import { openS3 } from './s3';
import { openSftp } from './sftp';

/** Opens a destination; closing it is the caller's. */
export async function openDestination(given: DestinationCase): Promise<Destination> {
  const { protocol } = new URL(given.settings.url);
  if (protocol === 's3:') return openS3(given);
  return protocol === 'sftp:' ? openSftp(given) : openHttps(given);
}
