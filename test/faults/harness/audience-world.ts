/** A shop whose audiences go to S3, to a web server and to OpenSSH, and workers of their own that can be killed. */

import { execFile } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import path from 'node:path';
import { promisify } from 'node:util';
import type { OpenEngines } from '../../../src/cli/open-engines';
import { openShop, type Rig, rigUp } from '../../run/support/world';
import { type OpensshServer, startOpensshServer } from '../../storage/support/openssh-server';
import { type Running, startNightjar } from '../../support/nightjar';

export interface AudienceWorld {
  readonly rig: Rig;
  readonly web: WebServer;
  /** Below it SFTP writes, a folder for each run. */
  readonly sftpFolder: string;
  startWorker(): Running;
  close(): Promise<void>;
}

export interface Upload {
  readonly run: string;
  readonly name: string;
  readonly body: string;
}

export interface WebServer {
  readonly url: string;
  /** Whole uploads in the order in which they came, those of which the sender got no answer too. */
  readonly uploads: readonly Upload[];
  /** Calls back at the nth request from now on, and never answers that one. */
  holdAt(nth: number, onHeld: () => void): void;
  close(): Promise<void>;
}

export async function openAudienceWorld(folder: string): Promise<AudienceWorld> {
  const sshFolder = path.join(folder, 'ssh');
  mkdirSync(sshFolder);
  const keyFile = path.join(sshFolder, 'key');
  await promisify(execFile)('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-f', keyFile]);
  const state = path.join(folder, 'state');
  const [shop, ssh, web] = await Promise.all([
    openShop(state),
    startOpensshServer({ folder: sshFolder }),
    startWebServer(),
  ]);
  ssh.authorise(readFileSync(`${keyFile}.pub`, 'utf8'));
  const sftpFolder = path.join(folder, 'sftp');
  const destinations = describeDestinations({ shop, ssh, web, sftpFolder, keyFile });
  const project = path.join(folder, 'project');
  mkdirSync(path.join(project, 'config'), { recursive: true });
  writeFileSync(path.join(project, 'config', 'nightjar.yaml'), JSON.stringify({ destinations }));
  const bare = rigUp(shop);
  const settings = { ...bare.engines.settings, destinations };
  return {
    rig: { ...bare, engines: { ...bare.engines, settings } },
    web,
    sftpFolder,
    startWorker: () => startNightjar(['worker', '--state', state], { cwd: project, env: WORKER_ENV }),
    close: async () => {
      await Promise.all([ssh.close(), web.close()]);
      await shop.close();
    },
  };
}

/** What a killed worker had in hand is taken up soon. */
const WORKER_ENV = {
  NIGHTJAR_QUEUE__LOCK_SECONDS: '2',
  NIGHTJAR_QUEUE__STALLED_SECONDS: '1',
  NIGHTJAR_QUEUE__RECONCILE_SECONDS: '1',
  NIGHTJAR_LOG__FORMAT: 'json',
};

interface Places {
  readonly shop: OpenEngines;
  readonly ssh: OpensshServer;
  readonly web: WebServer;
  readonly sftpFolder: string;
  readonly keyFile: string;
}

function describeDestinations({ shop, ssh, web, sftpFolder, keyFile }: Places) {
  const retryAfterSeconds = [0.2, 0.5, 1];
  return {
    bucket: { url: `s3://${shop.settings.storage.bucket}/partner/`, retryAfterSeconds },
    web: { url: web.url, retryAfterSeconds },
    files: {
      url: `sftp://${ssh.user}@127.0.0.1:${ssh.port}${sftpFolder}/`,
      hostKey: ssh.hostKeys.ed25519,
      keyFile,
      retryAfterSeconds,
    },
  };
}

async function startWebServer(): Promise<WebServer> {
  const uploads: Upload[] = [];
  const hold: { left: number; onHeld: () => void } = { left: Number.POSITIVE_INFINITY, onHeld: () => undefined };
  const server: Server = createServer((request, answer) => {
    const chunks: Buffer[] = [];
    request.on('error', () => undefined);
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const [run = '', name = ''] = (request.url ?? '').split('/').slice(-2);
      uploads.push({ run, name, body: Buffer.concat(chunks).toString('utf8') });
      hold.left -= 1;
      if (hold.left > 0) return answer.writeHead(201).end();
      hold.left = Number.POSITIVE_INFINITY;
      return hold.onHeld();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    url: `http://127.0.0.1:${address.port}/in/`,
    uploads,
    holdAt: (nth, onHeld) => Object.assign(hold, { left: nth, onHeld }),
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}

/** Reads the files that SFTP has written for a run, those under other names too. */
export function readSftp({ sftpFolder }: Pick<AudienceWorld, 'sftpFolder'>, run: string): ReadonlyMap<string, string> {
  const folder = path.join(sftpFolder, run);
  try {
    return new Map(readdirSync(folder).map((name) => [name, readFileSync(path.join(folder, name), 'utf8')]));
  } catch {
    return new Map();
  }
}
