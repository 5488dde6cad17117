/** OpenSSH's own sshd on a port of this machine, with files of its own: host key, settings and authorised keys in one folder. */
import { execFile, spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { userInfo } from 'node:os';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';

const SSHD = '/usr/sbin/sshd';
/** The server of root wants it, empty; Debian makes it where the service starts. */
const SEPARATION = '/run/sshd';

export interface OpensshServer {
  readonly port: number;
  /** Who runs it, and the only one who can log in. */
  readonly user: string;
  /** Key type → `SHA256:…` of the host key. */
  readonly hostKeys: Readonly<Record<'ed25519' | 'rsa', string>>;
  /** Lets a key of OpenSSH's form in, beside those before. */
  authorise(publicKey: string): void;
  /** Kills what serves the connections that are open; new ones are taken. Answers how many processes that were. */
  killSessions(): number;
  close(): Promise<void>;
}

/**
 * Starts it as whoever runs the tests.
 * @param options.sftp  flags of the SFTP server, such as `-P posix-rename`: requests that it refuses
 * @throws where the Debian package openssh-server is not installed
 */
export async function startOpensshServer(options: {
  readonly folder: string;
  readonly sftp?: string;
  readonly subsystem?: boolean;
}): Promise<OpensshServer> {
  const { folder } = options;
  if (process.getuid?.() === 0 && !existsSync(SEPARATION)) mkdirSync(SEPARATION, { mode: 0o755 });
  const hostKeys = { ed25519: await makeHostKey(folder, 'ed25519'), rsa: await makeHostKey(folder, 'rsa') };
  const keys = path.join(folder, 'authorized_keys');
  writeFileSync(keys, '', { mode: 0o600 });
  const port = await findPort();
  const config = path.join(folder, 'sshd_config');
  writeFileSync(config, [...settings(folder, port), ...subsystemOf(options)].join('\n'));
  const log: string[] = [];
  const server = spawn(SSHD, ['-D', '-e', '-f', config], { stdio: ['ignore', 'ignore', 'pipe'] });
  server.stderr.setEncoding('utf8').on('data', (text: string) => log.push(text));
  const ended = new Promise<void>((resolve) => server.once('close', () => resolve()));
  for (let tries = 0; !log.join('').includes('Server listening'); tries++) {
    if (server.exitCode !== null || tries > 200) throw new Error(`sshd does not start: ${log.join('')}`);
    await wait(50);
  }
  return {
    port,
    user: userInfo().username,
    hostKeys,
    authorise: (publicKey) => writeFileSync(keys, `${publicKey.trim()}\n`, { flag: 'a' }),
    killSessions: () => killBelow(server.pid ?? 0),
    close: async () => {
      killBelow(server.pid ?? 0);
      server.kill('SIGTERM');
      await ended;
    },
  };
}

/** Strict modes refuse keys below a folder that all may write to, as the temporary one is. */
function settings(folder: string, port: number): readonly string[] {
  return [
    'ListenAddress 127.0.0.1',
    `Port ${port}`,
    `HostKey ${path.join(folder, 'host_ed25519')}`,
    `HostKey ${path.join(folder, 'host_rsa')}`,
    `AuthorizedKeysFile ${path.join(folder, 'authorized_keys')}`,
    'PidFile none',
    'StrictModes no',
    // Who is not root can't look whether the account is locked, and PAM can.
    `UsePAM ${process.getuid?.() === 0 ? 'no' : 'yes'}`,
    'PermitRootLogin yes',
    'PasswordAuthentication yes',
    'LogLevel INFO',
  ];
}

function subsystemOf({ sftp = '', subsystem = true }: { readonly sftp?: string; readonly subsystem?: boolean }) {
  return subsystem ? [`Subsystem sftp internal-sftp ${sftp}`.trim(), ''] : [''];
}

async function makeHostKey(folder: string, type: 'ed25519' | 'rsa'): Promise<string> {
  const file = path.join(folder, `host_${type}`);
  await promisify(execFile)('ssh-keygen', ['-q', '-t', type, '-N', '', '-f', file]);
  const [, base64 = ''] = readFileSync(`${file}.pub`, 'utf8').split(' ');
  const digest = createHash('sha256').update(Buffer.from(base64, 'base64')).digest('base64');
  return `SHA256:${digest.replace(/=+$/, '')}`;
}

async function findPort(): Promise<number> {
  const probe = createServer();
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve));
  const address = probe.address();
  await new Promise((resolve) => probe.close(resolve));
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

/** Kills the processes that a process has started, and theirs. */
function killBelow(parent: number): number {
  const children = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && parentOf(name) === parent);
  let killed = 0;
  for (const child of children.map(Number)) {
    killed += killBelow(child) + 1;
    try {
      process.kill(child, 'SIGKILL');
    } catch {
      // It has ended by itself.
    }
  }
  return killed;
}

function parentOf(pid: string): number | undefined {
  try {
    const [, rest = ''] = /^\d+ \(.*\) \S (.*)$/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
    return Number(rest.split(' ')[0]);
  } catch {
    return undefined;
  }
}
