/** Serves the local AWS: Amazon Personalize and S3 on one port of 127.0.0.1, with their state in one folder. */

import { mkdir } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { NightjarError } from '../errors';
import { answerMessage, type Services } from './answer-message';
import type { Compute } from './compute-port';
import { createFaults, type Faults } from './faults/faults';
import { checkFaultRules } from './faults/read-rules';
import type { FaultRuleInput } from './faults/rule';
import { createTurns } from './files';
import { systemCode } from './http/fault';
import type { Credentials } from './http/sigv4';
import { openRecords } from './iam/records';
import { createIam } from './iam/service';
import { openFolders, openResources, type Plane } from './personalize/plane';
import { createDurations, type Profile } from './personalize/resources/durations';
import { QUOTAS, type Quotas } from './personalize/resources/quotas';
import type { StatusSpelling } from './personalize/resources/statuses';
import { createRunner, type Runner, resumeWork } from './personalize/runner';
import { removeUnnamedModels } from './personalize/versions/model-files';
import { openObjectStore } from './s3/object-store';
import { createSts } from './sts/service';

/** Holds how the local AWS is to be served. */
export interface LocalAwsOptions {
  /** Holds `s3/` and `personalize/`; one process at a time may serve it. */
  readonly stateDir: string;
  /** 0, the default, takes a free one. */
  readonly port?: number;
  /** The only key that is accepted; null accepts every request, signed or not. */
  readonly credentials: Credentials | null;
  readonly region: string;
  /** 12 digits. */
  readonly accountId: string;
  /** The least time from the creation of a training, import or batch job to its end; 0 is as fast as it is computed. */
  readonly jobSeconds: number;
  /** How long things take where `jobSeconds` is 0; `instant` unless given. */
  readonly profile?: Profile;
  /** Quotas that differ from AWS's. */
  readonly quotas?: Partial<Quotas>;
  /** How statuses are spelled; `observed` unless given. */
  readonly statuses?: StatusSpelling;
  /** Trains and scores; the caller closes it, after the local AWS. */
  readonly compute: Compute;
  /** Rules by which calls and jobs fail; none by default. */
  readonly faults?: readonly FaultRuleInput[];
  /** Gives epoch ms; signatures, times of objects and statuses go by it. */
  readonly now: () => number;
}

/** A local AWS that is being served. */
export interface LocalAws {
  /** For example `http://127.0.0.1:49152`, for S3 in path style; by the name `localhost` in virtual-host style too. */
  readonly endpoint: string;
  readonly port: number;
  /** Stops serving. Work that is not finished is done again at the next start. */
  close(): Promise<void>;
}

/**
 * Starts the local AWS and goes on with the jobs that a former process left unfinished.
 *
 * @throws E_ENGINE_PORT where the port is taken, E_ENGINE_STATE where the folder can't be used, E_USAGE where a
 * fault rule is wrong
 */
export async function startLocalAws(options: LocalAwsOptions): Promise<LocalAws> {
  const faults = createFaults(checkFaultRules({ rules: options.faults ?? [] }));
  let isOpen: (services: Services) => void = () => {};
  const services = new Promise<Services>((resolve) => {
    isOpen = resolve;
  });
  const server = createServer((message, response) => {
    answer(services, message, { response, now: options.now }).catch(() => response.destroy());
  });
  // Puts of gigabytes may take long, and idle connections of SDK pools must not be cut under a request.
  server.requestTimeout = 0;
  server.keepAliveTimeout = 120_000;
  // The port first: opening clears temporary files, which another process on the same port may be writing.
  const port = await listen(server, options.port ?? 0);
  const { plane, runner } = await openState(options, faults).catch(async (error: unknown) => {
    await stopServer(server);
    throw error;
  });
  const { credentials, region, accountId, now } = options;
  const records = openRecords(join(options.stateDir, 'iam.json'), plane.store.temporaryFolder);
  isOpen({
    s3: { store: plane.store, region, accountId, faults, credentials, now },
    personalize: { plane, credentials },
    admin: { faults, credentials },
    sts: createSts(accountId, { credentials, region, now }),
    iam: createIam(accountId, records, { credentials, region, now }),
  });
  resumeWork(plane);
  return {
    endpoint: `http://127.0.0.1:${port}`,
    port,
    async close() {
      faults.close();
      await stopServer(server);
      await runner.close();
    },
  };
}

async function stopServer(server: Server): Promise<void> {
  const closed = new Promise<void>((resolve) => server.close(() => resolve()));
  server.closeAllConnections();
  await closed;
}

async function openState(
  options: LocalAwsOptions,
  faults: Faults,
): Promise<{ readonly plane: Plane; readonly runner: Runner }> {
  const { stateDir, region, accountId, now } = options;
  const folder = join(stateDir, 'personalize');
  try {
    await mkdir(folder, { recursive: true });
    const store = await openObjectStore(join(stateDir, 's3'), now);
    const { temporary, ...folders } = await openFolders(folder);
    const resources = await openResources(folder, { temporaryFolder: temporary, now });
    await removeUnnamedModels(folders, resources);
    const runner = createRunner(options.compute, () => plane);
    const { start, isStarted, abort } = runner;
    const durations = createDurations(options.profile ?? 'instant', options.jobSeconds);
    const settings = { durations, quotas: { ...QUOTAS, ...options.quotas }, statuses: options.statuses ?? 'observed' };
    // Only where time is that of the real service: elsewhere nobody waits for a schedule of days.
    const trainsByItself = options.profile === 'real' && options.jobSeconds === 0;
    const takeTurns = createTurns();
    const shared = { resources, folders, store, faults, takeTurns };
    const plane: Plane = { ...shared, ...settings, region, accountId, now, start, isStarted, abort, trainsByItself };
    return { plane, runner };
  } catch (cause) {
    const code = systemCode(cause);
    if (code === undefined || code.startsWith('E_')) throw cause;
    throw new NightjarError('E_ENGINE_STATE', `state folder "${stateDir}" can't be used by the local AWS: ${code}`, {
      fix: `make ${stateDir} a folder that you can write to, or name another with --state`,
      cause,
    });
  }
}

function listen(server: Server, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', (cause) => {
      const message = `port ${port} of 127.0.0.1 can't be listened on: ${systemCode(cause) ?? 'unknown'}`;
      reject(new NightjarError('E_ENGINE_PORT', message, { fix: 'choose another port, or 0 for a free one', cause }));
    });
    server.listen(port, '127.0.0.1', () => {
      const address: string | AddressInfo | null = server.address();
      resolve(typeof address === 'object' && address !== null ? address.port : port);
    });
  });
}

async function answer(
  services: Promise<Services>,
  message: IncomingMessage,
  to: { readonly response: ServerResponse; readonly now: () => number },
): Promise<void> {
  const { response, now } = to;
  const reply = await answerMessage(await services, message);
  // Clients correct their clock by this header, so it must be ours.
  response.setHeader('date', new Date(now()).toUTCString());
  for (const [name, value] of Object.entries(reply.headers ?? {})) {
    response.setHeader(name, Buffer.from(value, 'utf8').toString('latin1'));
  }
  response.statusCode = reply.status;
  if (reply.body === undefined || typeof reply.body === 'string') response.end(reply.body);
  else await pipeline(reply.body, response);
}
