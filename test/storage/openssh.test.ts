/** SFTP destinations against OpenSSH's own server. */
import { execFile } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { S3Client } from '@aws-sdk/client-s3';
import SftpClient from 'ssh2-sftp-client';
import type { DestinationSettings } from '../../src/config/destination-settings';
import type { Destination, OutgoingFile } from '../../src/storage/destinations/destination';
import { openDestination } from '../../src/storage/destinations/open';
import { type OpensshServer, startOpensshServer } from './support/openssh-server';

const signal = new AbortController().signal;
const BYTES = randomBytes(3_000_000);
let folder: string;
let keyFile: string;
let lockedKey: string;
let publicKeys: readonly string[];
const servers: OpensshServer[] = [];

async function makeKey(name: string, passphrase: string): Promise<string> {
  const file = path.join(folder, name);
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', passphrase, '-f', file]);
  return file;
}

async function start(name: string, options: { readonly sftp?: string; readonly subsystem?: boolean } = {}) {
  const own = path.join(folder, name);
  mkdirSync(own);
  const server = await startOpensshServer({ folder: own, ...options });
  for (const key of publicKeys) server.authorise(key);
  servers.push(server);
  return server;
}

beforeAll(async () => {
  folder = mkdtempSync(path.join(tmpdir(), 'nightjar-openssh-'));
  keyFile = await makeKey('plain', '');
  lockedKey = await makeKey('locked', 'open sesame');
  publicKeys = [keyFile, lockedKey].map((file) => readFileSync(`${file}.pub`, 'utf8'));
});
afterAll(async () => {
  for (const server of servers) await server.close();
  rmSync(folder, { recursive: true, force: true });
});

function fileOf(bytes: Buffer, options: { readonly name?: string; readonly onChunk?: (nth: number) => void } = {}) {
  const { name = 'tea.meta.csv', onChunk } = options;
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const open = async function* () {
    let nth = 0;
    for (let from = 0; from < bytes.length; from += 16_384) {
      onChunk?.(nth++);
      yield bytes.subarray(from, from + 16_384);
    }
  };
  return { name, bytes: bytes.length, sha256, contentType: 'text/csv', open };
}

async function deliver(settings: DestinationSettings, ...files: readonly OutgoingFile[]): Promise<void> {
  await use(settings, 'run-1/', async (destination) => {
    for (const file of files) await destination.put(file, signal);
  });
}

const probe = (settings: DestinationSettings) => use(settings, '', (destination) => destination.probe(signal));

async function use(
  settings: DestinationSettings,
  below: string,
  action: (destination: Destination) => Promise<void>,
): Promise<void> {
  const s3 = new S3Client({ region: 'us-east-1' });
  try {
    const destination = await openDestination({ name: 'partner', settings, folder: below, s3, kmsKeyArn: null });
    try {
      await action(destination);
    } finally {
      await destination.close();
    }
  } finally {
    s3.destroy();
  }
}

const urlOf = ({ user, port }: OpensshServer, root: string, password = '') =>
  `sftp://${user}${password === '' ? '' : `:${password}`}@127.0.0.1:${port}${root}/`;

describe.each([
  ['with its own rename', '', /No such file/],
  ['without it', '-P posix-rename', /does not support this extended request/],
])('OpenSSH %s', (name, sftp, answer) => {
  let server: OpensshServer;
  let settings: DestinationSettings;
  let root: string;

  beforeAll(async () => {
    server = await start(name.replaceAll(' ', '-'), { sftp });
    root = path.join(folder, name.replaceAll(' ', '-'), 'in', 'deep');
    settings = { url: urlOf(server, root), hostKey: server.hostKeys.ed25519, keyFile };
  });
  const written = (file: string) => readFileSync(path.join(root, 'run-1', file));

  it('makes folders, writes whole files, and replaces those that are there', async () => {
    await deliver(settings, fileOf(BYTES), fileOf(Buffer.alloc(0), { name: 'empty.csv' }));
    expect(written('tea.meta.csv').equals(BYTES)).toBe(true);
    expect(written('empty.csv')).toHaveLength(0);
    await deliver(settings, fileOf(Buffer.from('email\r\nother\r\n')));
    expect(written('tea.meta.csv').toString()).toBe('email\r\nother\r\n');
    expect(readdirSync(path.join(root, 'run-1')).sort()).toEqual(['empty.csv', 'tea.meta.csv']);
  });

  it('is the server that it is taken for', async () => {
    const client = new SftpClient();
    const { user: username, port } = server;
    await client.connect({ host: '127.0.0.1', port, username, privateKey: readFileSync(keyFile) });
    const missing = path.join(root, 'missing');
    await expect(client.posixRename(missing, missing)).rejects.toThrow(answer);
    await client.end();
  });

  it('follows a folder that is a link', async () => {
    const link = path.join(folder, `link-${server.port}`);
    symlinkSync(root, link);
    await deliver({ ...settings, url: urlOf(server, link) }, fileOf(Buffer.from('linked'), { name: 'linked.csv' }));
    expect(written('linked.csv').toString()).toBe('linked');
  });

  it('is away where the connection is cut half-way, and the file of before stays as it is', async () => {
    await deliver(settings, fileOf(Buffer.from('before'), { name: 'cut.csv' }));
    let killed = 0;
    const onChunk = (nth: number) => {
      if (nth === 80) killed = server.killSessions();
    };
    const cut = deliver(settings, fileOf(BYTES, { name: 'cut.csv', onChunk }));
    await expect(cut).rejects.toMatchObject({ code: 'E_DESTINATION_AWAY' });
    expect(killed).toBeGreaterThan(0);
    expect(written('cut.csv').toString()).toBe('before');
    await deliver(settings, fileOf(BYTES, { name: 'cut.csv' }));
    expect(written('cut.csv').equals(BYTES)).toBe(true);
    expect(existsSync(path.join(root, 'run-1', 'cut.csv.part'))).toBe(false);
  });
});

describe('what OpenSSH refuses', () => {
  let server: OpensshServer;
  let settings: DestinationSettings;
  let root: string;

  beforeAll(async () => {
    server = await start('refusing');
    root = path.join(folder, 'refusing', 'in');
    settings = { url: urlOf(server, root), hostKey: server.hostKeys.ed25519, keyFile };
  });
  const refused = (fields: object) => expect.objectContaining({ code: 'E_DESTINATION_REFUSED', ...fields });
  const login = refused({ message: 'the destination "partner" refuses the login' });

  it('takes any of its host keys, and tells the one that is there where none is the expected', async () => {
    await deliver({ ...settings, hostKey: server.hostKeys.rsa }, fileOf(Buffer.from('rsa'), { name: 'rsa.csv' }));
    expect(readFileSync(path.join(root, 'run-1', 'rsa.csv'), 'utf8')).toBe('rsa');
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    const keys = `${server.hostKeys.ed25519} or ${server.hostKeys.rsa}`;
    const failed = deliver({ ...settings, hostKey }, fileOf(BYTES));
    await expect(failed).rejects.toEqual(
      refused({
        message: `the destination "partner" has the host key ${keys}, and ${hostKey} is expected`,
        fix: expect.stringContaining(keys),
      }),
    );
  });

  it('looks whether it may write, and leaves nothing', async () => {
    const url = urlOf(server, path.join(root, 'probed'));
    await probe({ ...settings, url });
    expect(readdirSync(path.join(root, 'probed'))).toEqual([]);
  });

  it('opens a key by its passphrase', async () => {
    const file = fileOf(Buffer.from('locked'), { name: 'locked.csv' });
    await deliver({ ...settings, keyFile: lockedKey, passphrase: 'open sesame' }, file);
    expect(readFileSync(path.join(root, 'run-1', 'locked.csv'), 'utf8')).toBe('locked');
    await expect(deliver({ ...settings, keyFile: lockedKey, passphrase: 'wrong' }, file)).rejects.toEqual(login);
    await expect(deliver({ ...settings, keyFile: lockedKey }, file)).rejects.toEqual(login);
  });

  it('tells a wrong password, an unknown key and a key that is none', async () => {
    const { keyFile: _, ...rest } = settings;
    await expect(deliver({ ...rest, url: urlOf(server, root, 'wrong') }, fileOf(BYTES))).rejects.toEqual(login);
    const stranger = await makeKey('stranger', '');
    await expect(deliver({ ...settings, keyFile: stranger }, fileOf(BYTES))).rejects.toEqual(login);
    const nonsense = path.join(folder, 'nonsense');
    writeFileSync(nonsense, 'no key');
    await expect(deliver({ ...settings, keyFile: nonsense }, fileOf(BYTES))).rejects.toEqual(login);
  });

  it('tells a folder that it may not make, and a file in its place', async () => {
    // For root everything may be written but what is no place for files.
    const closed = deliver({ ...settings, url: urlOf(server, '/proc/nightjar') }, fileOf(BYTES));
    const folderRefused = refused({ message: expect.stringMatching(/does not let the files in/) });
    await expect(closed).rejects.toEqual(folderRefused);
    const blocked = path.join(folder, 'refusing', 'blocked');
    writeFileSync(blocked, '');
    await expect(deliver({ ...settings, url: urlOf(server, blocked) }, fileOf(BYTES))).rejects.toEqual(folderRefused);
  });

  it('tells a server that may only be read, and one without SFTP', async () => {
    const readOnly = await start('read-only', { sftp: '-R' });
    const { ed25519: hostKey } = readOnly.hostKeys;
    mkdirSync(path.join(root, 'run-1'), { recursive: true });
    const failed = deliver({ ...settings, url: urlOf(readOnly, root), hostKey }, fileOf(BYTES, { name: 'no.csv' }));
    await expect(failed).rejects.toEqual(refused({ message: expect.stringMatching(/does not let the files in/) }));
    await expect(probe({ ...settings, url: urlOf(readOnly, root), hostKey })).rejects.toMatchObject({
      code: 'E_DESTINATION_REFUSED',
    });
    const shell = await start('shell', { subsystem: false });
    const without = { ...settings, url: urlOf(shell, root), hostKey: shell.hostKeys.ed25519 };
    await expect(deliver(without, fileOf(BYTES))).rejects.toEqual(
      refused({ message: expect.stringMatching(/has no SFTP/) }),
    );
  });
});
