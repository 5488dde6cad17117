/** Writes a stream of text to stdout, or to a file that is there whole or not at all. */
import { createWriteStream } from 'node:fs';
import { rename, rm } from 'node:fs/promises';
import path from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { isNightjarError, NightjarError, systemErrorCode } from '../errors';

/** Writes to stdout no faster than it is read. */
export async function writeToStdout(chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  await pipeline(Readable.from(chunks), process.stdout, { end: false });
}

/**
 * Writes a file under another name in its folder, and gives it its name when all is on disk.
 * @throws E_USAGE where the folder can't be written to
 */
export async function writeToFile(file: string, chunks: AsyncIterable<string | Uint8Array>): Promise<void> {
  const draft = path.join(path.dirname(file), `.${path.basename(file)}.${process.pid}.new`);
  try {
    await pipeline(Readable.from(chunks), createWriteStream(draft, { flush: true, mode: 0o600 }));
    await rename(draft, file);
  } catch (error) {
    await rm(draft, { force: true });
    throw explain(error, file);
  }
}

const UNWRITABLE: readonly string[] = ['ENOENT', 'ENOTDIR', 'EISDIR', 'EACCES', 'EPERM', 'EROFS'];

function explain(error: unknown, file: string): unknown {
  const code = systemErrorCode(error) ?? '';
  if (isNightjarError(error) || !UNWRITABLE.includes(code)) return error;
  return new NightjarError('E_USAGE', `"${file}" can't be written (${code})`, {
    fix: 'name a file in a folder that exists and that you may write to',
    cause: error,
  });
}
