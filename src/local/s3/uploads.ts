/** Keeps multipart uploads on disk: a folder for each, with the parts and what is known of them. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { replaceFile } from '../files';
import { AwsFault, systemCode } from '../http/fault';
import { mapInBatches } from './batches';
import { CHECKSUM_ALGORITHMS } from './checksums';
import type { ObjectStore } from './object-store';
import type { ReceivedBody } from './receive';

const uploadSchema = z.object({
  bucket: z.string(),
  key: z.string(),
  headers: z.record(z.string(), z.string()),
  algorithm: z.enum(CHECKSUM_ALGORITHMS).optional(),
  checksumType: z.enum(['FULL_OBJECT', 'COMPOSITE']),
  tags: z.record(z.string(), z.string()).optional(),
  /** Epoch ms. */
  initiatedMs: z.number().int().default(0),
});

/** Holds what an upload was begun with; `algorithm` is set where its parts carry checksums. */
export type Upload = z.infer<typeof uploadSchema>;

const partSchema = z.object({
  number: z.number().int(),
  /** Name of the data file in the upload's folder. */
  file: z.string(),
  etag: z.string(),
  sizeBytes: z.number().int(),
  checksum: z.string().optional(),
  /** Epoch ms. */
  modifiedMs: z.number().int().default(0),
});

/** Holds a part that was received; `checksum` is base64, by the upload's algorithm. */
export type UploadPart = z.infer<typeof partSchema>;

const DESCRIPTION = 'upload.json';

/** Begins an upload and names it. */
export async function createUpload(store: ObjectStore, upload: Upload): Promise<string> {
  const id = randomUUID();
  await mkdir(join(store.uploadsFolder, id));
  await replaceFile(join(store.uploadsFolder, id, DESCRIPTION), JSON.stringify(upload), store.temporaryFolder);
  return id;
}

/**
 * Reads an upload that must be of this bucket and key.
 *
 * @throws AwsFault NoSuchUpload
 */
export async function readUpload(
  store: ObjectStore,
  id: string,
  name: { bucket: string; key: string },
): Promise<Upload> {
  const upload = await findUpload(store, id, name);
  if (upload === undefined) throw noSuchUpload(id);
  return upload;
}

/** Finds an upload of this bucket and key; undefined where it never was, or was completed or aborted. */
export async function findUpload(
  store: ObjectStore,
  id: string,
  name: { bucket: string; key: string },
): Promise<Upload | undefined> {
  // The id becomes a folder name, so nothing but what createUpload makes is looked up.
  const text = /^[0-9a-f-]{36}$/.test(id) ? await readIfThere(join(store.uploadsFolder, id, DESCRIPTION)) : undefined;
  const upload = text === undefined ? undefined : uploadSchema.parse(JSON.parse(text));
  return upload?.bucket === name.bucket && upload.key === name.key ? upload : undefined;
}

async function readIfThere(path: string): Promise<string | undefined> {
  return readFile(path, 'utf8').catch((error: unknown) => {
    if (systemCode(error) === 'ENOENT') return undefined;
    throw error;
  });
}

/** Makes S3's answer for an upload that is not in progress. */
export function noSuchUpload(id: string): AwsFault {
  const message =
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.';
  return new AwsFault('NoSuchUpload', message, { status: 404, details: { UploadId: id } });
}

/** Adds a received part, replacing one of the same number; the part counts once its description is renamed into place. */
export async function addPart(
  store: ObjectStore,
  id: string,
  part: { readonly number: number; readonly body: ReceivedBody },
): Promise<void> {
  const folder = join(store.uploadsFolder, id);
  const file = `${part.number}-${randomUUID()}`;
  const { body } = part;
  const former = await readPart(join(folder, `${part.number}.json`));
  const facts: UploadPart = {
    number: part.number,
    file,
    etag: body.etag,
    sizeBytes: body.sizeBytes,
    modifiedMs: store.now(),
    ...(body.checksum === undefined ? {} : { checksum: body.checksum.value }),
  };
  try {
    await rename(body.file, join(folder, file));
    await replaceFile(join(folder, `${part.number}.json`), JSON.stringify(facts), store.temporaryFolder);
  } catch (error) {
    await rm(body.file, { force: true });
    throw systemCode(error) === 'ENOENT' ? noSuchUpload(id) : error;
  }
  if (former !== undefined) await rm(join(folder, former.file), { force: true });
}

async function readPart(path: string): Promise<UploadPart | undefined> {
  const text = await readIfThere(path);
  return text === undefined ? undefined : partSchema.parse(JSON.parse(text));
}

/** Reads the parts received so far, by number, in order. */
export async function readParts(store: ObjectStore, id: string): Promise<ReadonlyMap<number, UploadPart>> {
  const folder = join(store.uploadsFolder, id);
  const names = (await readdir(folder)).filter((name) => /^\d+\.json$/.test(name));
  const parts = await mapInBatches(names, (name) => readPart(join(folder, name)));
  const known = parts.filter((part) => part !== undefined).sort((a, b) => a.number - b.number);
  return new Map(known.map((part) => [part.number, part]));
}

/** Lists the uploads of a bucket that are neither completed nor aborted, by key and then by time. */
export async function listUploads(
  store: ObjectStore,
  bucket: string,
): Promise<readonly (Upload & { readonly id: string })[]> {
  const ids = await readdir(store.uploadsFolder);
  const uploads = await mapInBatches(ids, async (id) => {
    const text = await readIfThere(join(store.uploadsFolder, id, DESCRIPTION));
    return text === undefined ? undefined : { ...uploadSchema.parse(JSON.parse(text)), id };
  });
  return uploads
    .filter((upload) => upload !== undefined)
    .filter((upload) => upload.bucket === bucket)
    .sort(
      (a, b) =>
        Buffer.compare(Buffer.from(a.key), Buffer.from(b.key)) || a.initiatedMs - b.initiatedMs || compare(a, b),
    );
}

function compare(a: { readonly id: string }, b: { readonly id: string }): number {
  return a.id < b.id ? -1 : 1;
}

/** Forgets all uploads of a bucket. */
export async function removeUploadsOf(store: ObjectStore, bucket: string): Promise<void> {
  for (const { id } of await listUploads(store, bucket)) await removeUpload(store, id);
}

/** Names the data file of a part. */
export function partFile(store: ObjectStore, id: string, part: UploadPart): string {
  return join(store.uploadsFolder, id, part.file);
}

/** Forgets an upload and its parts. */
export async function removeUpload(store: ObjectStore, id: string): Promise<void> {
  await rm(join(store.uploadsFolder, id), { recursive: true, force: true });
}
