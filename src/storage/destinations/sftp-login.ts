/** Logs in to an SFTP server whose host key is known. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import type { ConnectConfig, ServerHostKeyAlgorithm } from 'ssh2';
import SftpClient from 'ssh2-sftp-client';
import { systemErrorCode } from '../../errors';
import { type DestinationCase, refused } from './destination';
import { explainSftp, isOtherHostKey, isWithoutHostKey, otherHostKey } from './sftp-errors';

const READY_MS = 20_000;
const KEEPALIVE_MS = 15_000;
const KEEPALIVES_MISSED = 4;

/** A server has a key of each kind, and the expected one may be of any. */
const KINDS: readonly (readonly ServerHostKeyAlgorithm[])[] = [
  ['ssh-ed25519'],
  ['ecdsa-sha2-nistp256', 'ecdsa-sha2-nistp384', 'ecdsa-sha2-nistp521'],
  ['rsa-sha2-512', 'rsa-sha2-256', 'ssh-rsa'],
];

/** Answers a client that is logged in; ending it is the caller's. @throws E_DESTINATION_AWAY, E_DESTINATION_REFUSED */
export async function logIn(given: DestinationCase): Promise<SftpClient> {
  const login = await loginOf(given);
  const expected = (given.settings.hostKey ?? '').replace(/=+$/, '');
  const seen: string[] = [];
  const verify = (key: Buffer) => {
    const found = `SHA256:${createHash('sha256').update(key).digest('base64').replace(/=+$/, '')}`;
    if (found !== expected && !seen.includes(found)) seen.push(found);
    return found === expected;
  };
  for (const serverHostKey of [undefined, ...KINDS]) {
    const algorithms = serverHostKey === undefined ? {} : { algorithms: { serverHostKey: [...serverHostKey] } };
    try {
      return await connect({ ...login, ...algorithms, hostVerifier: verify });
    } catch (error) {
      const hasOtherKinds = isOtherHostKey(error) || (serverHostKey !== undefined && isWithoutHostKey(error));
      if (!hasOtherKinds) throw explainSftp(given, error);
    }
  }
  throw otherHostKey(given, seen);
}

async function connect(config: ConnectConfig): Promise<SftpClient> {
  const client = new SftpClient('nightjar', { error: () => undefined, end: () => undefined, close: () => undefined });
  // Many servers ask for the password in this way alone.
  const { password } = config;
  client.on('keyboard-interactive', (...args: readonly unknown[]) => {
    const [, , , prompts, finish] = args;
    const count = Array.isArray(prompts) ? prompts.length : 0;
    if (typeof finish === 'function') finish(Array.from({ length: count }, () => password ?? ''));
  });
  try {
    await client.connect({ ...config, tryKeyboard: password !== undefined });
    return client;
  } catch (error) {
    await client.end().catch(() => undefined);
    throw error;
  }
}

async function loginOf({ name, settings }: DestinationCase): Promise<ConnectConfig> {
  const { keyFile, passphrase } = settings;
  const url = new URL(settings.url);
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
