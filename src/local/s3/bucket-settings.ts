/** Keeps settings of a bucket beside the sidecars of its objects, in one file. */
import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../files';
import { systemCode } from '../http/fault';
import { makeFolders } from './bucket-files';
import { requireBucket } from './object-place';
import type { ObjectStore } from './object-store';

/** By the query parameter that names the setting: what a get answers, or null for one that was removed. */
const settingsSchema = z.record(z.string(), z.string().nullable());

type Settings = z.infer<typeof settingsSchema>;

/** The name of no sidecar: `%` is followed there by hex digits or a mark of its own. */
const FILE = '%settings';

function settingsFile(store: ObjectStore, bucket: string): string {
  return join(store.folder, '.meta', bucket, FILE);
}

/** Reads what was kept of a setting: undefined where nobody made or removed it, null where it was removed last. */
export async function readSetting(
  store: ObjectStore,
  bucket: string,
  mark: string,
): Promise<string | null | undefined> {
  await requireBucket(store.folder, bucket);
  return (await readSettings(store, bucket))[mark];
}

async function readSettings(store: ObjectStore, bucket: string): Promise<Settings> {
  try {
    return settingsSchema.parse(JSON.parse(await readFile(settingsFile(store, bucket), 'utf8')));
  } catch (error) {
    if (systemCode(error) === 'ENOENT') return {};
    throw error;
  }
}

/** Replaces one setting, flushed to disk. */
export async function keepSetting(
  store: ObjectStore,
  bucket: string,
  setting: { readonly mark: string; readonly value: string | null },
): Promise<void> {
  await store.takeTurns(bucket, async () => {
    await requireBucket(store.folder, bucket);
    const settings = { ...(await readSettings(store, bucket)), [setting.mark]: setting.value };
    await makeFolders(join(store.folder, '.meta'), [bucket]);
    await replaceFile(settingsFile(store, bucket), JSON.stringify(settings), store.temporaryFolder);
  });
}

/** Forgets what a former bucket of this name, that was removed by hand or amid a kill, had set. */
export async function forgetSettings(store: ObjectStore, bucket: string): Promise<void> {
  await rm(settingsFile(store, bucket), { force: true });
}
