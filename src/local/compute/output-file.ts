/** Writes files so that they are there whole or not at all. */
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import { threadId } from 'node:worker_threads';

const BUFFER_CHARACTERS = 1 << 19;

/** Takes the content of one file, in order. */
export interface OutputFile {
  write(text: string): Promise<void>;
  writeBytes(bytes: Uint8Array): Promise<void>;
}

/**
 * Writes a file under a temporary name beside its own, syncs it and renames it; removes it if `fill` fails.
 * Makes the folder where it is missing.
 */
export async function writeFileWhole<Result>(
  file: string,
  fill: (output: OutputFile) => Promise<Result>,
): Promise<Result> {
  await mkdir(dirname(file), { recursive: true });
  const temporary = `${file}.${process.pid}-${threadId}.part`;
  const handle = await open(temporary, 'w');
  try {
    let buffer = '';
    const flush = async (): Promise<void> => {
      const text = buffer;
      buffer = '';
      if (text !== '') await handle.writeFile(text, 'utf8');
    };
    const result = await fill({
      async write(text) {
        buffer += text;
        if (buffer.length >= BUFFER_CHARACTERS) await flush();
      },
      async writeBytes(bytes) {
        await flush();
        await handle.writeFile(bytes);
      },
    });
    await flush();
    await handle.sync();
    await handle.close();
    await rename(temporary, file);
    return result;
  } catch (error) {
    await handle.close().catch(() => undefined);
    await rm(temporary, { force: true });
    throw error;
  }
}
