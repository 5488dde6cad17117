/** An SFTP server of ssh2 on a folder of this machine, for tests without sshd. */
import { createHash } from 'node:crypto';
import { closeSync, existsSync, mkdirSync, openSync, renameSync, rmSync, statSync, writeSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import path from 'node:path';
import { type Connection, Server, type SFTPWrapper, utils } from 'ssh2';

const { STATUS_CODE } = utils.sftp;

export interface SftpServer {
  readonly port: number;
  /** `SHA256:…` of its host key. */
  readonly hostKey: string;
  /** What clients have asked for, in order: `open in/x.part`, `rename in/x.part in/x`. */
  readonly asked: readonly string[];
  /** Cuts the connection at the nth write from now on, once. */
  cutAtWrite(nth: number): void;
  close(): Promise<void>;
}

/** Starts a server for one user; OpenSSH's rename is there only where `posixRename` is set. */
export async function startSftpServer(options: {
  readonly root: string;
  readonly user: string;
  readonly password: string;
  readonly key?: string;
  readonly posixRename?: boolean;
  /** It takes passwords as answers to its question alone, as OpenSSH with PAM often does. */
  readonly asksForPassword?: boolean;
}): Promise<SftpServer> {
  const keys = utils.generateKeyPairSync('ed25519');
  const asked: string[] = [];
  const state = { writesLeft: Number.POSITIVE_INFINITY };
  const connections = new Set<Connection>();
  const server = new Server({ hostKeys: [keys.private] }, (client) => {
    connections.add(client);
    client.on('error', () => undefined);
    client.on('close', () => connections.delete(client));
    client.on('authentication', (attempt) => {
      const allowed = options.key === undefined ? undefined : utils.parseKey(options.key);
      const isKey =
        attempt.method === 'publickey' &&
        allowed !== undefined &&
        !(allowed instanceof Error) &&
        !Array.isArray(allowed) &&
        attempt.key.data.equals(allowed.getPublicSSH());
      const isPassword = attempt.method === 'password' && attempt.password === options.password;
      if (options.asksForPassword === true) {
        if (attempt.method !== 'keyboard-interactive') return attempt.reject(['keyboard-interactive']);
        return attempt.prompt([{ prompt: 'Password: ', echo: false }], ([answer]) =>
          answer === options.password ? attempt.accept() : attempt.reject(),
        );
      }
      if (attempt.username === options.user && (isKey || isPassword)) attempt.accept();
      else attempt.reject(['password', 'publickey']);
    });
    client.on('session', (accept) => {
      accept().on('sftp', (acceptSftp) => serve(acceptSftp(), { ...options, asked, state, cut: () => client.end() }));
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const parsed = utils.parseKey(keys.public);
  if (parsed instanceof Error || Array.isArray(parsed)) throw new Error('no key');
  return {
    port,
    hostKey: `SHA256:${createHash('sha256').update(parsed.getPublicSSH()).digest('base64').replace(/=+$/, '')}`,
    asked,
    cutAtWrite: (nth) => {
      state.writesLeft = nth;
    },
    close: async () => {
      for (const connection of connections) connection.end();
      await new Promise<void>((resolve) => server.close(() => resolve()));
    },
  };
}

interface Serving {
  readonly root: string;
  readonly posixRename?: boolean;
  readonly asked: string[];
  readonly state: { writesLeft: number };
  readonly cut: () => void;
}

function serve(sftp: SFTPWrapper, { root, posixRename = false, asked, state, cut }: Serving): void {
  const handles = new Map<number, number>();
  const local = (name: string) => path.join(root, name);
  const tell = (id: number, action: () => void) => {
    try {
      action();
      sftp.status(id, STATUS_CODE.OK);
    } catch {
      sftp.status(id, STATUS_CODE.FAILURE);
    }
  };
  const stat = (id: number, name: string) => {
    if (!existsSync(local(name))) return sftp.status(id, STATUS_CODE.NO_SUCH_FILE);
    const { mode, size, uid, gid, atimeMs, mtimeMs } = statSync(local(name));
    return sftp.attrs(id, { mode, size, uid, gid, atime: atimeMs / 1000, mtime: mtimeMs / 1000 });
  };
  const rename = (from: string, to: string) => {
    asked.push(`rename ${from} ${to}`);
    renameSync(local(from), local(to));
  };
  sftp.on('REALPATH', (id, name) => {
    const whole = path.posix.resolve('/', name);
    sftp.name(id, [
      { filename: whole, longname: whole, attrs: { mode: 0, size: 0, uid: 0, gid: 0, atime: 0, mtime: 0 } },
    ]);
  });
  sftp.on('STAT', stat);
  sftp.on('LSTAT', stat);
  sftp.on('MKDIR', (id, name) => tell(id, () => mkdirSync(local(name))));
  sftp.on('OPEN', (id, name) => {
    asked.push(`open ${name}`);
    const handle = Buffer.alloc(4);
    const file = openSync(local(name), 'w');
    handles.set(file, file);
    handle.writeUInt32BE(file);
    sftp.handle(id, handle);
  });
  sftp.on('WRITE', (id, handle, offset, data) => {
    state.writesLeft -= 1;
    if (state.writesLeft === 0) {
      state.writesLeft = Number.POSITIVE_INFINITY;
      return cut();
    }
    return tell(id, () => writeSync(handle.readUInt32BE(), data, 0, data.length, offset));
  });
  sftp.on('CLOSE', (id, handle) => tell(id, () => closeSync(handle.readUInt32BE())));
  sftp.on('SETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('FSETSTAT', (id) => sftp.status(id, STATUS_CODE.OK));
  sftp.on('REMOVE', (id, name) => tell(id, () => rmSync(local(name))));
  sftp.on('RENAME', (id, from, to) =>
    tell(id, () => {
      if (existsSync(local(to))) throw new Error('it is there');
      rename(from, to);
    }),
  );
  sftp.on('EXTENDED', (id, name, data) => {
    if (name !== 'posix-rename@openssh.com' || !posixRename) return sftp.status(id, STATUS_CODE.OP_UNSUPPORTED);
    const first = data.readUInt32BE(0);
    const from = data.subarray(4, 4 + first).toString();
    return tell(id, () => rename(from, data.subarray(8 + first).toString()));
  });
}
