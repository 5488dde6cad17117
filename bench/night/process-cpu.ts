/** Reads from the outside how much CPU time the processes of a night have used. */
import { readdirSync, readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { NightEngines } from './engines';

/** CPU seconds of everything beside the workers; what PostgreSQL's ended sessions used counts too. */
export interface EngineSeconds {
  readonly postgres: number;
  readonly redis: number;
  readonly sink: number;
  /** This process: the local AWS, and whoever watches the run. */
  readonly driver: number;
}

/** Reads what the engines have used since they started. */
export async function readEngineCpu(night: NightEngines): Promise<EngineSeconds> {
  const { user, system } = process.cpuUsage();
  return {
    postgres: readTreeCpu(await findPostmaster(night)),
    redis: await readRedisCpu(night),
    sink: readCpu(night.sinkPid),
    driver: (user + system) / 1e6,
  };
}

/** User and system time of a process in seconds; Linux counts it in hundredths. */
export function readCpu(pid: number): number {
  const { user, system } = readStat(pid);
  return user + system;
}

interface Stat {
  readonly parent: number;
  readonly user: number;
  readonly system: number;
  /** Of children that have ended. */
  readonly ended: number;
}

function readStat(pid: number): Stat {
  const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const ticks = (at: number) => Number(fields[at] ?? 0) / 100;
  return { parent: Number(fields[1]), user: ticks(11), system: ticks(12), ended: ticks(13) + ticks(14) };
}

/** Of a process and its children, those that have ended too. */
function readTreeCpu(root: number): number {
  const { user, system, ended } = readStat(root);
  return user + system + ended + listChildren(root).reduce((sum, pid) => sum + readCpu(pid), 0);
}

function listChildren(parent: number): readonly number[] {
  const all = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return all.map(Number).filter((pid) => {
    try {
      return readStat(pid).parent === parent;
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}

async function findPostmaster({ engines }: NightEngines): Promise<number> {
  const found = await sql<{ pid: number }>`SELECT pg_backend_pid() AS pid`.execute(engines.db);
  return postmasterOf(found.rows[0]?.pid ?? 0);
}

function postmasterOf(pid: number): number {
  return readStat(pid).parent;
}

async function readRedisCpu({ redis }: NightEngines): Promise<number> {
  const client = redis.connect();
  const info = await client.info('cpu');
  client.disconnect();
  const seconds = (name: string) => Number(new RegExp(`${name}:([\\d.]+)`).exec(info)?.[1] ?? 0);
  return seconds('used_cpu_user') + seconds('used_cpu_sys');
}
