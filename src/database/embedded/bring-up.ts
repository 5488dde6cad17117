/** Brings the server of a place up: waits for one that is going, joins one that runs, starts one where there is none. */
import type { ChildProcess } from 'node:child_process';
import { setTimeout as wait } from 'node:timers/promises';
import { NightjarError } from '../../errors';
import { ensureCluster } from './cluster';
import { explainProgramFailure, isPassingFailure } from './failures';
import { type Fifos, hasReader } from './fifo';
import type { Installation } from './installation';
import { type KeeperTask, startKeeper } from './keeper';
import type { Place } from './place';
import { type Programs, preparePrograms } from './programs';
import { clearSocketLock, findReadySocket, findServer } from './running-server';
import { openServerLog, type ServerLog } from './server-log';
import { listServerArguments } from './server-settings';
import { prepareSocketFolder } from './socket-folder';

/** A server, running or not. */
export interface Server {
  readonly place: Place;
  readonly fifos: Fifos;
  readonly programs: () => Promise<Programs>;
}

const DEADLINE_MS = 60_000;
const POLL_MS = 5;

/** Describes the server of a place; its programs are looked for when they are first needed. */
export function describeServer(place: Place, fifos: Fifos, installations: readonly Installation[]): Server {
  let found: Promise<Programs> | undefined;
  return {
    place,
    fifos,
    programs: () => {
      found ??= preparePrograms(installations, place);
      return found;
    },
  };
}

/**
 * Returns the folder of the socket when the server takes sessions and a keeper watches it. The caller holds `users`.
 *
 * @throws E_ENGINE_DATABASE after 60 s, and what a failed start says
 */
export async function bringUp(server: Server): Promise<string> {
  const { fifos, place } = server;
  const deadline = Date.now() + DEADLINE_MS;
  while (Date.now() < deadline) {
    if (!hasReader(fifos.stopping)) {
      if (!hasReader(fifos.keepers)) await startOrAdopt(server);
      const host = await findReadySocket(place);
      if (host !== undefined && hasReader(fifos.keepers)) return host;
    }
    await wait(POLL_MS);
  }
  throw new NightjarError('E_ENGINE_DATABASE', `the embedded PostgreSQL in "${place.folder}" did not answer for 60 s`, {
    fix: `read ${place.folder}/server.log`,
  });
}

/** Gives a running server whose keeper is dead a new one. */
export async function adoptOrphan(server: Server): Promise<void> {
  if (hasReader(server.fifos.keepers)) return;
  const pid = await findServer(server.place);
  if (pid !== undefined) await runKeeper(server, pid);
}

async function startOrAdopt(server: Server): Promise<void> {
  const pid = await findServer(server.place);
  if (pid === undefined) await ensureCluster(server.place, server.fifos, server.programs);
  await runKeeper(server, pid ?? null);
}

/** Runs a keeper until its server is up; throws where it fails for a reason that will not pass. */
async function runKeeper(server: Server, adopt: number | null): Promise<void> {
  const task = await describeTask(server, adopt);
  const log = openServerLog(server.place);
  const keeper = startKeeper(task, log.descriptor);
  log.close();
  const failure = await watchStart(server, keeper, log);
  if (failure !== undefined && !isPassingFailure(failure)) throw explainProgramFailure(failure, server.place.folder);
}

async function describeTask(server: Server, adopt: number | null): Promise<KeeperTask> {
  const { users, keepers, stopping } = server.fifos;
  const { postgres, env, major } = await server.programs();
  const socketFolder = await prepareSocketFolder(server.place);
  if (adopt === null) await clearSocketLock(server.place, socketFolder);
  const args = listServerArguments({ data: server.place.data, socketFolder, major });
  return { users, keepers, stopping, adopt, command: postgres, args, env, user: server.place.user ?? null };
}

/** Waits until the keeper's server is up, or another's; returns what was logged where the keeper has failed. */
async function watchStart(server: Server, keeper: ChildProcess, log: ServerLog): Promise<string | undefined> {
  const deadline = Date.now() + DEADLINE_MS;
  let failure: string | undefined;
  keeper.once('error', (error) => {
    failure = `error: ${error.message}`;
  });
  while (failure === undefined && Date.now() < deadline) {
    if (keeper.exitCode !== null) return keeper.exitCode === 0 ? undefined : log.readNew();
    if (keeper.signalCode !== null) return undefined;
    if (hasReader(server.fifos.keepers) && (await findReadySocket(server.place)) !== undefined) return undefined;
    await wait(POLL_MS);
  }
  return failure;
}
