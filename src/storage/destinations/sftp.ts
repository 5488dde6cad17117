/** A destination that is an SFTP server: a file is written under another name and renamed when it is whole. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import path from 'node:path/posix';
import { Readable } from 'node:stream';
import SftpClient from 'ssh2-sftp-client';
import { systemErrorCode } from '../../errors';
import { away, type Destination, type DestinationCase, type OutgoingFile, refused } from './destination';

const READY_MS = 20_000;
const KEEPALIVE_MS = 15_000;
const KEEPALIVES_MISSED = 4;

/**
 * Logs in and makes the folder.
 * @throws E_DESTINATION_AWAY, E_DESTINATION_REFUSED
 */
export async function openSftp(given: DestinationCase): Promise<Destination> {
  const { name, settings, folder } = given;
  const client = new SftpClient('nightjar', { error: () => undefined, end: () => undefined, close: () => undefined });
  const url = new URL(settings.url);
  const target = path.join(decodeURIComponent(url.pathname), folder);
  const host = { key: '' };
  try {
    await client.connect({
      ...(await loginOf(given, url)),
      hostVerifier: (key: Buffer) => {
        host.key = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
        return host.key === (settings.hostKey ?? '').replace(/=+$/, '');
      },
    });
    await client.mkdir(target, true);
  } catch (error) {
    await client.end().catch(() => undefined);
    throw explain(given, error, host.key);
  }
  return {
    put: async (file, signal) => {
      try {
        await put(client, `${target}${file.name}`, file, signal);
      } catch (error) {
        if (signal.aborted) throw error;
        throw explain(given, error, host.key);
      }
    },
    close: async () => {
      await client.end().catch(() => away(name, 'does not say goodbye'));
    },
  };
}

async function loginOf({ name, settings }: DestinationCase, url: URL) {
  const { keyFile, passphrase } = settings;
  const privateKey = typeof keyFile === 'string' ? await readKey(name, keyFile) : undefined;
  return {
    host: url.hostname.replace(/^\[|\]$/g, ''),
    port: url.port === '' ? 22 : Number(url.port),
    username: decodeURIComponent(url.username),
    ...(url.password === '' ? {} : { password: decodeURIComponent(url.password) }),
    ...(privateKey === undefined ? {} : { privateKey }),
    ...(typeof passphrase === 'string' ? { passphrase } : {}),
    readyTimeout: READY_MS,
    keepaliveInterval: KEEPALIVE_MS,
    keepaliveCountMax: KEEPALIVES_MISSED,
  };
}

async function readKey(name: string, file: string): Promise<Buffer> {
  try {
    return await readFile(file);
  } catch (cause) {
    const fix = `set destinations.${name}.keyFile to the private key in a file that nightjar may read`;
    throw refused(name, `names a keyFile that can't be read (${systemErrorCode(cause) ?? 'unknown'})`, { fix, cause });
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

function explain({ name, settings }: DestinationCase, cause: unknown, hostKey: string): Error {
  const text = cause instanceof Error ? cause.message : String(cause);
  if (/host (denied|verification)|verification failed/i.test(text) && hostKey !== '') {
    const fix = `if the server's owner confirms it, set destinations.${name}.hostKey to ${hostKey}`;
    return refused(name, `has the host key ${hostKey}, and ${settings.hostKey} is expected`, { fix, cause });
  }
  if (/authentication methods failed|no such user|parse privateKey|bad passphrase/i.test(text)) {
    const fix = `check user and password in destinations.${name}.url, or its keyFile and passphrase`;
    return refused(name, 'refuses the login', { fix, cause });
  }
  if (/permission denied|no such (file|path)|bad path/i.test(text)) {
    const fix = `let the user write to the folder of destinations.${name}.url`;
    return refused(name, 'does not let the files in (permission denied, or no such folder)', { fix, cause });
  }
  return away(name, `can't be reached (${systemErrorCode(cause) ?? 'connection lost'})`, cause);
}
