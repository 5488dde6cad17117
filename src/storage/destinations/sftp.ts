/** A destination that is an SFTP server: a file is written under another name and renamed when it is whole. */
import path from 'node:path/posix';
import { Readable } from 'node:stream';
import type SftpClient from 'ssh2-sftp-client';
import { systemErrorCode } from '../../errors';
import { away, type Destination, type DestinationCase, type OutgoingFile } from './destination';
import { explainSftp } from './sftp-errors';
import { logIn } from './sftp-login';

/** Of no run, and nobody takes what ends so. */
const PROBE = '.nightjar-probe.part';

/**
 * Logs in and makes the folder.
 * @throws E_DESTINATION_AWAY, E_DESTINATION_REFUSED
 */
export async function openSftp(given: DestinationCase): Promise<Destination> {
  const { name, settings, folder } = given;
  const target = path.join(decodeURIComponent(new URL(settings.url).pathname), folder);
  const client = await logIn(given);
  const explained = async (signal: AbortSignal | undefined, action: () => Promise<unknown>) => {
    try {
      await action();
    } catch (error) {
      if (signal?.aborted === true) throw error;
      throw explainSftp(given, error);
    }
  };
  const close = async () => {
    await client.end().catch(() => away(name, 'does not say goodbye'));
  };
  try {
    await explained(undefined, () => makeFolder(client, target));
  } catch (error) {
    await close();
    throw error;
  }
  return {
    put: (file, signal) => explained(signal, () => put(client, `${target}${file.name}`, file, signal)),
    probe: (signal) => explained(signal, () => probe(client, `${target}${PROBE}`)),
    close,
  };
}

/** Follows links to folders, as people set them up. */
async function makeFolder(client: SftpClient, folder: string): Promise<void> {
  if (await isFolder(client, folder)) return;
  const parent = path.dirname(folder);
  if (parent !== folder) await makeFolder(client, parent);
  try {
    await client.mkdir(folder.replace(/\/$/, ''));
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(client, folder))) throw error;
  }
}

async function isFolder(client: SftpClient, folder: string): Promise<boolean> {
  try {
    return (await client.stat(folder)).isDirectory;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return false;
    throw error;
  }
}

async function put(client: SftpClient, file: string, content: OutgoingFile, signal: AbortSignal): Promise<void> {
  const draft = `${file}.part`;
  const source = Readable.from(content.open());
  const stop = () => source.destroy(new Error('stopped'));
  signal.addEventListener('abort', stop, { once: true });
  try {
    await client.put(source, draft);
  } finally {
    signal.removeEventListener('abort', stop);
    source.destroy();
  }
  const { size } = await client.stat(draft);
  if (size !== content.bytes) throw new Error(`${size} of ${content.bytes} bytes arrived`);
  await replace(client, draft, file);
}

/** The plain rename of SFTP refuses a name that is taken; OpenSSH's own replaces it at once. */
async function replace(client: SftpClient, draft: string, file: string): Promise<void> {
  try {
    await client.posixRename(draft, file);
  } catch (error) {
    if (!/not supported|unsupported|does not support/i.test(error instanceof Error ? error.message : '')) throw error;
    if ((await client.exists(file)) !== false) await client.delete(file, true);
    await client.rename(draft, file);
  }
}

async function probe(client: SftpClient, file: string): Promise<void> {
  await client.put(Buffer.from('nightjar looks whether it may write here\n'), file);
  await client.delete(file, true);
}
