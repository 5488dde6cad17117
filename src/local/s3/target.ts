/** Finds bucket and key of a request, in path style or in virtual-host style. */
import { type AwsRequest, decodeUri } from '../http/request';

/** Holds what a request is about, decoded; `key` and `bucket` are empty where it names none. */
export interface Target {
  readonly bucket: string;
  readonly key: string;
}

/** Everything in front of the last label `s3` or `s3-<region>`. */
const IN_FRONT_OF_S3 = /^(.+)\.s3(?:-[a-z0-9-]+)?(?:\.|$)/;
const S3_ITSELF = /^s3(?:-[a-z0-9-]+)?(?:\.|$)/;
const IN_FRONT_OF_LOCALHOST = /^(.+)\.localhost$/;

/**
 * Finds the bucket that a Host header names: what is in front of a label `s3` (or `s3-<region>`), or else in front of
 * `.localhost`. Undefined where the bucket is in the path.
 */
export function bucketOfHost(host: string): string | undefined {
  const name = host.replace(/:\d+$/, '').toLowerCase();
  const found = IN_FRONT_OF_S3.exec(name)?.[1];
  if (found !== undefined || S3_ITSELF.test(name)) return found;
  return IN_FRONT_OF_LOCALHOST.exec(name)?.[1];
}

/** Finds bucket and key. */
export function readTarget(request: AwsRequest): Target {
  const { path } = request;
  const bucket = bucketOfHost(request.headers.get('host') ?? '');
  if (bucket !== undefined) return { bucket, key: decodeUri(path.slice(1)) };
  const slash = path.indexOf('/', 1);
  if (slash < 0) return { bucket: decodeUri(path.slice(1)), key: '' };
  return { bucket: decodeUri(path.slice(1, slash)), key: decodeUri(path.slice(slash + 1)) };
}
