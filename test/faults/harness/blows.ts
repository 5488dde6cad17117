/** Strikes the parts of a world, and lets them come back. */
import { setTimeout as wait } from 'node:timers/promises';
import { putFaults } from './aws';
import type { Blow, PlannedBlow, RoundPlan } from './plan';
import type { Note, Supervised } from './supervised';
import type { World } from './world';

/** What a blow strikes; a part that is down already is not struck again. */
type Part = 'worker-0' | 'worker-1' | 'aws' | 'postgres' | 'redis' | 'smtp';

export interface Striker {
  /** Kinds of the blows that fell. */
  readonly fallen: readonly string[];
  /** What went wrong in what was struck. */
  readonly violations: readonly string[];
  /** Strikes, waits, heals. */
  strike(blow: PlannedBlow): Promise<void>;
  /** Resolves when nothing is down any more. */
  healed(): Promise<void>;
}

/** Creates the striker of a round. */
export function createStriker(world: World, plan: RoundPlan, note: Note): Striker {
  const down = new Set<Part>();
  const going = new Set<Promise<void>>();
  const fallen: string[] = [];
  const violations: string[] = [];
  const act = async ({ what, downMs }: PlannedBlow): Promise<void> => {
    const parts = await listParts(world, what);
    if (parts.length === 0 || parts.some((part) => down.has(part))) return note(`${what.kind}: down already`);
    for (const part of parts) down.add(part);
    try {
      fallen.push(what.kind);
      note(`${what.kind} ${parts.join(' ')}, for ${downMs} ms`);
      const hits = await Promise.all(parts.map((part) => hit(world, part, what)));
      violations.push(...hits.filter((end) => end !== undefined));
      await wait(downMs);
      for (const part of MENDING.filter((one) => parts.includes(one))) await mend(world, part, what);
      if (parts.includes('aws')) await putFaults(await world.awsAccess(), plan.aws).catch(() => undefined);
      note(`${what.kind} healed`);
    } finally {
      for (const part of parts) down.delete(part);
    }
  };
  return {
    fallen,
    violations,
    strike: async (blow) => {
      const striking = act(blow).catch((error: unknown) => void violations.push(`${blow.what.kind}: ${String(error)}`));
      going.add(striking);
      await striking;
      going.delete(striking);
    },
    healed: async () => void (await Promise.all(going)),
  };
}

/** Engines first, as they come up after a power cut. */
const MENDING: readonly Part[] = ['postgres', 'redis', 'aws', 'smtp', 'worker-0', 'worker-1'];

async function listParts(world: World, what: Blow): Promise<readonly Part[]> {
  switch (what.kind) {
    case 'kill-worker':
    case 'freeze-worker':
    case 'stop-worker':
      return [what.worker === 0 ? 'worker-0' : 'worker-1'];
    case 'kill-workers':
      return ['worker-0', 'worker-1'];
    case 'kill-aws':
      return world.aws === undefined ? findServingWorker(world) : ['aws'];
    case 'kill-postgres':
      return ['postgres'];
    case 'fill-disk':
      return world.disk === undefined ? [] : ['postgres'];
    case 'kill-redis':
    case 'freeze-redis':
    case 'flush-redis':
      return ['redis'];
    case 'kill-smtp':
      return ['smtp'];
    case 'power-cut':
      return ['worker-0', 'worker-1', 'postgres', 'redis', ...(world.aws === undefined ? [] : (['aws'] as const))];
  }
}

/** In the embedded world one of the workers serves the local AWS. */
async function findServingWorker(world: World): Promise<readonly Part[]> {
  const rows = await world.sql(`SELECT pid FROM nightjar.embedded_service WHERE name = 'local-aws'`).catch(() => []);
  const pid = rows[0]?.pid;
  const found = world.workers.findIndex((worker) => worker.pid() !== undefined && worker.pid() === pid);
  return found < 0 ? [] : [found === 0 ? 'worker-0' : 'worker-1'];
}

function processOf(world: World, part: Part): Supervised | undefined {
  if (part === 'aws') return world.aws;
  if (part === 'smtp') return world.mail.process;
  return world.workers[part === 'worker-0' ? 0 : 1];
}

/** A worker that is told to stop has this long for what is in hand. */
const DRAIN_MS = 30_000;

/** Strikes one part; answers what is wrong about how it took that. */
async function hit(world: World, part: Part, what: Blow): Promise<string | undefined> {
  const { redis } = world.servers;
  const struck = processOf(world, part);
  if (what.kind === 'freeze-worker') struck?.freeze();
  else if (what.kind === 'fill-disk') world.disk?.fill();
  else if (what.kind === 'stop-worker') return describeStop(part, await struck?.stop(DRAIN_MS));
  else if (what.kind === 'freeze-redis') redis.freeze();
  else if (what.kind === 'flush-redis') await redis.flush();
  else if (part === 'redis') await redis.kill();
  else if (part === 'postgres') await world.killPostgres();
  else await struck?.kill();
  return undefined;
}

/** Says what is wrong about how a process ended that was told to stop: one that had only begun to load dies of the signal itself. */
export function describeStop(name: string, end: number | string | undefined): string | undefined {
  const isFine = end === 143 || end === 'SIGTERM' || end === 'down' || end === undefined;
  return isFine ? undefined : `${name} was told to stop and ended with ${end}`;
}

async function mend(world: World, part: Part, what: Blow): Promise<void> {
  const { redis } = world.servers;
  if (what.kind === 'freeze-worker') return processOf(world, part)?.thaw();
  if (what.kind === 'freeze-redis') return redis.thaw();
  if (what.kind === 'fill-disk') world.disk?.empty();
  if (what.kind === 'flush-redis') return;
  if (part === 'redis') return redis.restart();
  if (part === 'postgres') return world.restartPostgres();
  // Counters of misbehaviour are lost with the process; the same ones would strike again.
  if (part === 'smtp') world.mail.calmDown();
  processOf(world, part)?.start();
}
