/** Starts the private PostgreSQL server of a state folder, or joins the one that runs. What connects to it is left to `pg`. */
import { closeSync } from 'node:fs';
import { resolve } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { NightjarError } from '../../errors';
import { adoptOrphan, bringUp, describeServer, type Server } from './bring-up';
import { DATABASE, USER } from './cluster';
import { explainFileFailure } from './failures';
import { hasReader, holdWriting, makeFifos } from './fifo';
import { describeMachine, findInstallations, type Installation } from './installation';
import { preparePlace } from './place';
import { findServer } from './running-server';
import { PORT } from './socket-folder';

/** How to reach the server with `pg`: `host` is the folder of its socket. */
export interface EmbeddedConnection {
  readonly host: string;
  readonly port: number;
  readonly user: string;
  readonly database: string;
}

/** A use of the server: it runs as long as any process has one. */
export interface EmbeddedPostgres {
  readonly connection: EmbeddedConnection;
  /** Ends this use; the server stops by itself when it was the last. A process that dies has released. */
  release(): Promise<void>;
  /** Resolves when the server and its keeper are gone: after the last release, before the folder is deleted. Throws after 60 s. */
  waitUntilStopped(): Promise<void>;
}

export interface StartOptions {
  /** Made where it is missing. */
  readonly stateDir: string;
  /** Where PostgreSQL may be; by default the platform package, then the machine's own. */
  readonly installations?: readonly Installation[];
  /** Holds the databases that root's server can't reach in their state folder; by default `/var/lib/nightjar`. */
  readonly outsideRoot?: string;
}

const STOP_POLL_MS = 10;
const STOP_DEADLINE_MS = 60_000;

/**
 * Starts or joins the server of a state folder: 0.01 s where it runs, 0.1 s where it doesn't, about 1 s the first time.
 * Any number of processes may do so at once, and be killed at any moment.
 *
 * @throws E_ENGINE_POSTGRES_MISSING, E_ENGINE_STATE, E_ENGINE_DISK_FULL, E_ENGINE_DATABASE
 */
export async function startEmbeddedPostgres(options: StartOptions): Promise<EmbeddedPostgres> {
  const stateDir = resolve(options.stateDir);
  try {
    const place = await preparePlace(stateDir, options.outsideRoot ?? '/var/lib/nightjar');
    const fifos = await makeFifos(place.run, place.user);
    const server = describeServer(place, fifos, options.installations ?? findInstallations(describeMachine()));
    const use = holdWriting(fifos.users);
    const host = await bringUp(server).catch((error: unknown) => {
      closeSync(use);
      throw error;
    });
    return describeUse(server, use, host);
  } catch (error) {
    throw explainFileFailure(error, stateDir);
  }
}

function describeUse(server: Server, use: number, host: string): EmbeddedPostgres {
  let isHeld = true;
  return {
    connection: { host, port: PORT, user: USER, database: DATABASE },
    async release() {
      if (!isHeld) return;
      isHeld = false;
      // A keeper that was killed must not leave a server that nobody stops.
      await adoptOrphan(server).catch(() => undefined);
      closeSync(use);
    },
    waitUntilStopped: () => waitUntilStopped(server),
  };
}

async function waitUntilStopped(server: Server): Promise<void> {
  const deadline = Date.now() + STOP_DEADLINE_MS;
  while (hasReader(server.fifos.keepers) || (await findServer(server.place)) !== undefined) {
    if (Date.now() > deadline) {
      throw new NightjarError('E_ENGINE_DATABASE', `the server in "${server.place.folder}" still runs after 60 s`);
    }
    await wait(STOP_POLL_MS);
  }
}
