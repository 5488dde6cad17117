/** Keeps the rows of a version of which a delivery began, when it is written anew: what may have been taken can then be removed. */
import { z } from 'zod';
import { type DeliveredRows, listRows } from '../../database/audiences/delivered-rows';
import { type AudienceVersion, listVersions } from '../../database/audiences/versions';
import { headObject, listObjects, readObject, readSmallObject, writeObject } from '../../storage/objects';
import { parseS3Uri, type S3Uri } from '../../storage/uri';
import type { Engines } from '../engines';
import { deleteFolder } from '../keep/delete-objects';

/** The last file of a copy; a copy without it is not whole, and is made again. */
const INDEX = 'rows.json';

const indexSchema = z.array(
  z.object({
    format: z.string(),
    version: z.number(),
    columns: z.string(),
    uri: z.string().optional(),
    rows: z.number(),
    sinceFull: z.number(),
  }),
);

/** Copies the row files of a run's version before they are written anew; one whose delivery never began has nothing to keep. */
export async function keepTaken(
  engines: Engines,
  key: { readonly runId: string; readonly audience: string; readonly part: string },
): Promise<void> {
  const version = (await listVersions(engines.db, key)).find(({ part }) => part === key.part);
  if (version?.deliveryBeganAt === undefined) return;
  const { bucket, key: taken } = takenFolder(version);
  const folder = { bucket, key: `${taken}${version.deliveryBeganAt}/` };
  const index = { bucket, key: `${folder.key}${INDEX}` };
  if ((await headObject(engines.s3, index)) !== undefined) return;
  const copies: DeliveredRows[] = [];
  for (const rows of (await listRows(engines.db, version)).values())
    copies.push({ ...rows, uri: await copyRows(engines, rows, folder) });
  const { kmsKeyArn } = engines.settings.aws;
  await writeObject(engines.s3, index, [JSON.stringify(copies)], { contentType: 'application/json', kmsKeyArn });
}

async function copyRows(engines: Engines, rows: DeliveredRows, folder: S3Uri): Promise<string | undefined> {
  const from = rows.uri === undefined ? undefined : parseS3Uri(rows.uri);
  if (from === undefined || (await headObject(engines.s3, from)) === undefined) return undefined;
  const to = { bucket: folder.bucket, key: `${folder.key}${rows.format}.rows.tsv` };
  const written = await writeObject(engines.s3, to, readObject(engines.s3, from), {
    contentType: 'text/tab-separated-values',
    kmsKeyArn: engines.settings.aws.kmsKeyArn,
  });
  return written.uri;
}

/** Lists what was kept of a version whose delivery began after `since` (0 where left out), each by the name of the format. */
export async function listTaken(
  { s3 }: Pick<Engines, 's3'>,
  version: AudienceVersion,
  since = 0,
): Promise<readonly ReadonlyMap<string, DeliveredRows>[]> {
  const folder = takenFolder(version);
  const found: ReadonlyMap<string, DeliveredRows>[] = [];
  for (const { key } of await listObjects(s3, folder)) {
    const [beganAt, file] = key.slice(folder.key.length).split('/');
    if (file !== INDEX || Number(beganAt) <= since) continue;
    const text = (await readSmallObject(s3, { bucket: folder.bucket, key })).toString('utf8');
    found.push(new Map(indexSchema.parse(JSON.parse(text)).map((rows) => [rows.format, { ...rows, uri: rows.uri }])));
  }
  return found;
}

/** Deletes what was kept of a version, once all of it is where it was to go. */
export async function deleteTaken({ s3 }: Pick<Engines, 's3'>, version: AudienceVersion): Promise<void> {
  await deleteFolder(s3, takenFolder(version));
}

function takenFolder({ uri }: AudienceVersion): S3Uri {
  const { bucket, key } = parseS3Uri(uri);
  return { bucket, key: key.replace(/[^/]+$/, 'taken/') };
}
