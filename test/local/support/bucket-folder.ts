/** Makes a bucket without a server. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';

export async function createBucketFolder(folder: string, bucket: string): Promise<void> {
  await mkdir(join(folder, bucket));
}
