/** Knows S3's checksum algorithms, their headers, and how the checksums of parts become that of an object. */
import { createHash } from 'node:crypto';
import { AwsFault } from '../http/fault';
import { createCrc32, createCrc32c, createCrc64Nvme, type RunningHash } from './crc';

/** Makes the running hash of each algorithm by S3's name for it. */
const ALGORITHMS = {
  CRC32: createCrc32,
  CRC32C: createCrc32c,
  CRC64NVME: createCrc64Nvme,
  SHA1: () => hashOf('sha1'),
  SHA256: () => hashOf('sha256'),
  SHA512: () => hashOf('sha512'),
  MD5: () => hashOf('md5'),
} as const satisfies Readonly<Record<string, () => RunningHash>>;

/** Lists the algorithms whose checksums can be verified here; S3 also knows the XXHASH family. */
export const CHECKSUM_ALGORITHMS = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256', 'SHA512', 'MD5'] as const;

export type ChecksumAlgorithm = (typeof CHECKSUM_ALGORITHMS)[number];

/** Says whether a checksum is over an object's bytes or over the checksums of its parts. */
export type ChecksumType = 'FULL_OBJECT' | 'COMPOSITE';

/** Holds a checksum as S3 writes it: base64, with `-<parts>` behind a composite one. */
export interface Checksum {
  readonly algorithm: ChecksumAlgorithm;
  readonly type: ChecksumType;
  readonly value: string;
}

function hashOf(name: string): RunningHash {
  const hash = createHash(name);
  return { update: (data) => void hash.update(data), digest: () => hash.digest() };
}

const DIGEST_BYTES: Readonly<Record<ChecksumAlgorithm, number>> = {
  CRC32: 4,
  CRC32C: 4,
  CRC64NVME: 8,
  SHA1: 20,
  SHA256: 32,
  SHA512: 64,
  MD5: 16,
};

/** The algorithm by which S3 gives a checksum to objects that come without one. */
export const DEFAULT_ALGORITHM = 'CRC64NVME' satisfies ChecksumAlgorithm;

/** Tells how many bytes a digest has. */
export function checksumBytes(algorithm: ChecksumAlgorithm): number {
  return DIGEST_BYTES[algorithm];
}

/** Creates the running hash of an algorithm. */
export function createChecksum(algorithm: ChecksumAlgorithm): RunningHash {
  return ALGORITHMS[algorithm]();
}

/** Names the header (or trailer) that carries checksums of the algorithm. */
export function checksumHeader(algorithm: ChecksumAlgorithm): string {
  return `x-amz-checksum-${algorithm.toLowerCase()}`;
}

/**
 * Reads an algorithm's name as clients write it, in any case.
 *
 * @throws AwsFault InvalidRequest for one that can't be verified here
 */
export function readAlgorithm(text: string): ChecksumAlgorithm {
  const found = CHECKSUM_ALGORITHMS.find((algorithm) => algorithm === text.toUpperCase());
  if (found !== undefined) return found;
  const known = CHECKSUM_ALGORITHMS.join(', ');
  throw new AwsFault(
    'InvalidRequest',
    `Checksum algorithm ${text} is not complete in the local AWS, which has ${known}.`,
  );
}

/**
 * Finds the checksum that a request sends in its headers, or announces in `x-amz-trailer`; undefined where it has none.
 *
 * @throws AwsFault InvalidRequest where there are several
 */
export function findSentChecksum(
  headers: ReadonlyMap<string, string>,
): { readonly algorithm: ChecksumAlgorithm; readonly value: string | undefined } | undefined {
  const trailer = /x-amz-checksum-([a-z0-9]+)/i.exec(headers.get('x-amz-trailer') ?? '')?.[1];
  const found = [...headers].flatMap(([name, value]) => {
    const kind = /^x-amz-checksum-([a-z0-9]+)$/.exec(name)?.[1];
    return kind === undefined || ['algorithm', 'type', 'mode'].includes(kind) ? [] : [{ kind, value }];
  });
  if (found.length + (trailer === undefined ? 0 : 1) > 1) {
    const message = 'Expecting a single x-amz-checksum- header. Multiple checksum Types are not allowed.';
    throw new AwsFault('InvalidRequest', message);
  }
  if (trailer !== undefined) return { algorithm: readAlgorithm(trailer), value: undefined };
  const [sent] = found;
  return sent === undefined ? undefined : { algorithm: readAlgorithm(sent.kind), value: sent.value };
}

/** Makes the composite checksum of parts, in part order: the checksum of their checksums, and their number. */
export function composeChecksum(algorithm: ChecksumAlgorithm, parts: readonly string[]): Checksum {
  const hash = createChecksum(algorithm);
  for (const part of parts) hash.update(Buffer.from(part, 'base64'));
  return { algorithm, type: 'COMPOSITE', value: `${hash.digest().toString('base64')}-${parts.length}` };
}

/** Makes the ETag of a multipart object from the MD5 hex digests of its parts, in part order. */
export function composeEtag(parts: readonly string[]): string {
  const hash = createHash('md5');
  for (const part of parts) hash.update(Buffer.from(part, 'hex'));
  return `${hash.digest('hex')}-${parts.length}`;
}
