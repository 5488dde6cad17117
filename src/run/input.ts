/** Writes the input of a batch job to S3 under its own hash. */
import { createHash, randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { open, rm } from 'node:fs/promises';
import path from 'node:path';
import { NightjarError } from '../errors';
import { inputKey } from '../personalize/batch-name';
import { MAX_INPUT_BYTES } from '../personalize/limits';
import { headObject, writeObject } from '../storage/objects';
import { formatS3Uri } from '../storage/uri';
import type { Engines } from './engines';

export interface WrittenInput {
  readonly uri: string;
  /** Lower-case hex. */
  readonly sha256: string;
  readonly lines: number;
  readonly bytes: number;
}

const FLUSH_BYTES = 1 << 20;

/**
 * Writes input lines to `…/<sha256>/input.json`. The name is known only when the last line is, so they go through a temporary file.
 * @throws E_RECO_LIMIT where the input passes what one batch job takes
 */
export async function writeInput(
  engines: Engines,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<WrittenInput> {
  const file = path.join(engines.tempDir, `input-${randomUUID()}.json`);
  try {
    const spooled = await spool(file, lines);
    const { bucket, prefix } = engines.settings.storage;
    const uri = { bucket, key: inputKey({ bucket, prefix, sha256: spooled.sha256 }) };
    if ((await headObject(engines.s3, uri)) !== spooled.bytes) {
      await writeObject(engines.s3, uri, createReadStream(file), {
        contentType: 'application/json',
        kmsKeyArn: engines.settings.aws.kmsKeyArn,
      });
    }
    return { uri: formatS3Uri(uri), ...spooled };
  } finally {
    await rm(file, { force: true });
  }
}

async function spool(
  file: string,
  lines: Iterable<string> | AsyncIterable<string>,
): Promise<{ sha256: string; lines: number; bytes: number }> {
  const hash = createHash('sha256');
  const handle = await open(file, 'w', 0o600);
  let count = 0;
  let bytes = 0;
  let pending = '';
  const flush = async () => {
    const buffer = Buffer.from(pending);
    hash.update(buffer);
    bytes += buffer.length;
    await handle.writeFile(buffer);
    pending = '';
    if (bytes > MAX_INPUT_BYTES) {
      throw new NightjarError(
        'E_RECO_LIMIT',
        `the input is larger than ${MAX_INPUT_BYTES} bytes, the most that a batch job takes`,
        {
          fix: 'narrow recipients.where so that fewer are chosen',
        },
      );
    }
  };
  try {
    for await (const line of lines) {
      pending += line;
      count += 1;
      if (pending.length > FLUSH_BYTES) await flush();
    }
    await flush();
  } finally {
    await handle.close();
  }
  return { sha256: hash.digest('hex'), lines: count, bytes };
}
