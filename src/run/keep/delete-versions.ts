/** Deletes the member files and row files of versions of audiences that nothing is compared with any more. */
import { listDeletableVersions, markVersionDeleted } from '../../database/audiences/versions';
import { parseS3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { deleteFolder } from './delete-objects';

/**
 * Deletes those of archived runs of a job, but for the version of each audience that was delivered last: by it the next run
 * tells whom to remove.
 */
export async function deleteOldVersions(engines: Pick<Engines, 'db' | 's3' | 'now'>, job: string): Promise<void> {
  for (const version of await listDeletableVersions(engines.db, job)) {
    const file = parseS3Uri(version.uri);
    await deleteFolder(engines.s3, { bucket: file.bucket, key: file.key.replace(/[^/]+$/, '') });
    await markVersionDeleted(engines.db, version, engines.now());
  }
}
