/** Finds and opens what a copy is made of. */
import { AwsFault } from '../http/fault';
import { decodeUri } from '../http/request';
import { wrongArgument } from './arguments';
import { notComplete, type S3Call } from './call';
import { checkCopyConditions } from './conditions';
import { noSuchKey, type ObjectName, requireBucket } from './object-place';
import type { OpenObject } from './object-reading';

/** Names the header that makes a copy of a put. */
export const COPY_SOURCE = 'x-amz-copy-source';

/** Holds an opened source; the taker closes its handle. */
export interface CopySource extends OpenObject {
  readonly name: ObjectName;
}

/**
 * Opens the source of a copy where its conditions hold.
 *
 * @throws AwsFault InvalidArgument, NoSuchBucket, NoSuchKey, PreconditionFailed, NotImplemented
 */
export async function openCopySource({ request, store }: S3Call): Promise<CopySource> {
  const name = readCopySource(request.headers.get(COPY_SOURCE) ?? '');
  await requireBucket(store.folder, name.bucket);
  const object = await store.open(name);
  if (object === undefined) throw noSuchKey(name.key);
  try {
    checkCopyConditions(request.headers, object.facts);
    return { ...object, name };
  } catch (error) {
    await object.handle.close();
    throw error;
  }
}

function readCopySource(text: string): ObjectName {
  if (text.startsWith('arn:')) throw notComplete('A copy from an access point');
  const mark = text.indexOf('?versionId=');
  const version = mark < 0 ? 'null' : text.slice(mark + '?versionId='.length);
  if (version !== 'null') throw wrongArgument('versionId', version, 'Invalid version id specified');
  // Clients escape the header or leave it as it is; a `+` stands for itself, and a lone `%` too.
  const path = decodeOrKeep(mark < 0 ? text : text.slice(0, mark)).replace(/^\//, '');
  const slash = path.indexOf('/');
  if (slash > 0 && slash < path.length - 1) return { bucket: path.slice(0, slash), key: path.slice(slash + 1) };
  throw wrongArgument(COPY_SOURCE, text, 'Copy Source must mention the source bucket and key: sourcebucket/sourcekey');
}

function decodeOrKeep(text: string): string {
  try {
    return decodeUri(text);
  } catch {
    return text;
  }
}

/**
 * Reads which bytes of a source a part is made of; undefined for all.
 *
 * @throws AwsFault InvalidArgument, InvalidRange
 */
export function readCopyRange(
  { request }: S3Call,
  sizeBytes: number,
): { readonly start: number; readonly end: number } | undefined {
  const text = request.headers.get(`${COPY_SOURCE}-range`);
  if (text === undefined) return undefined;
  const match = /^bytes=(\d+)-(\d+)$/.exec(text);
  const [start, end] = [Number(match?.[1]), Number(match?.[2])];
  if (match === null || start > end) {
    const message =
      'The x-amz-copy-source-range value must be of the form bytes=first-last where first and last are the zero-based offsets of the first and last bytes to copy';
    throw wrongArgument(`${COPY_SOURCE}-range`, text, message);
  }
  if (end < sizeBytes) return { start, end };
  throw new AwsFault('InvalidArgument', `Range specified is not valid for source object of size: ${sizeBytes}`, {
    details: { ArgumentName: `${COPY_SOURCE}-range`, ArgumentValue: text },
  });
}
