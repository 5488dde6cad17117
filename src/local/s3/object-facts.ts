/**
 * Keeps what is known of an object beside its bytes: ETag, headers, checksum.
 *
 * A sidecar holds the facts of the newest and of the former bytes, and is written before the bytes are renamed into
 * place. The entry whose size and time are those of the file counts, so that a kill between the two leaves a whole object.
 */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { systemCode } from '../http/fault';
import { CHECKSUM_ALGORITHMS } from './checksums';

const partSchema = z.object({ sizeBytes: z.number().int().nonnegative(), checksum: z.string().optional() });

const factsSchema = z.object({
  etag: z.string(),
  sizeBytes: z.number().int().nonnegative(),
  modifiedMs: z.number().int(),
  headers: z.record(z.string(), z.string()),
  checksum: z
    .object({
      algorithm: z.enum(CHECKSUM_ALGORITHMS),
      type: z.enum(['FULL_OBJECT', 'COMPOSITE']),
      value: z.string(),
    })
    .optional(),
  tags: z.record(z.string(), z.string()).optional(),
  parts: z.array(partSchema).optional(),
  /** The upload that made the object, and the parts that its completion named, as one text. */
  completion: z.object({ uploadId: z.string(), named: z.string() }).optional(),
});

/**
 * Holds an object's facts: `etag` without quotes, `modifiedMs` epoch ms, `headers` those that S3 gives back on a get,
 * `parts` in order where it was uploaded in parts.
 */
export type ObjectFacts = z.infer<typeof factsSchema>;

/** Holds what tells which facts are those of a file. */
export interface FileMark {
  readonly sizeBytes: number;
  readonly modifiedMs: number;
}

const sidecarSchema = z.object({ version: z.literal(1), entries: z.array(factsSchema) });

/** Content type of an object that was put without one, as S3 answers. */
export const DEFAULT_CONTENT_TYPE = 'binary/octet-stream';

/** Writes a sidecar's text: the new facts, and behind them the former ones while their bytes may still be in place. */
export function formatSidecar(entries: readonly ObjectFacts[]): string {
  return JSON.stringify({ version: 1, entries });
}

/** Reads the facts of the file with this mark; undefined where the sidecar is absent, broken, or of other bytes. */
export async function readSidecar(path: string, mark: FileMark): Promise<ObjectFacts | undefined> {
  const text = await readFile(path, 'utf8').catch((error: unknown) => {
    if (['ENOENT', 'ENOTDIR'].includes(systemCode(error) ?? '')) return undefined;
    throw error;
  });
  const sidecar = text === undefined ? undefined : parseSidecar(text);
  return sidecar?.find((facts) => facts.sizeBytes === mark.sizeBytes && facts.modifiedMs === mark.modifiedMs);
}

function parseSidecar(text: string): readonly ObjectFacts[] | undefined {
  try {
    return sidecarSchema.safeParse(JSON.parse(text)).data?.entries;
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

/** Makes the facts of a file that has none, such as one that a person put there: its MD5 is read through. */
export async function computeFacts(file: string, mark: FileMark): Promise<ObjectFacts> {
  const hash = createHash('md5');
  for await (const chunk of createReadStream(file)) hash.update(chunk);
  return { ...mark, etag: hash.digest('hex'), headers: { 'content-type': DEFAULT_CONTENT_TYPE } };
}
