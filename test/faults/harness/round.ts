/** Runs one round: opens its world, drives it by the plan, checks what is left, and closes it. */
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { describeStop } from './blows';
import { type Driven, drive } from './drive';
import { type Facts, readFacts } from './facts';
import { checkFacts, type Expected } from './invariants';
import type { RoundPlan } from './plan';
import { listProcessesWith } from './process';
import type { Servers } from './servers';
import { CHOSEN, type Shop } from './shop';
import { openWorld, type World } from './world';

export interface RoundParts {
  readonly shop: Shop;
  readonly servers: Servers;
  readonly folder: string;
  /** Audience files of an undisturbed round; undefined for that round itself. */
  readonly audiences: Expected['audiences'] | undefined;
  readonly onNote?: ((line: string) => void) | undefined;
}

export interface RoundResult {
  readonly plan: RoundPlan;
  readonly seconds: number;
  readonly violations: readonly string[];
  readonly timeline: readonly string[];
  /** Kept where something is violated. */
  readonly folder: string;
  readonly driven: Driven | undefined;
  readonly facts: Facts | undefined;
}

/** A worker is given this long to finish what is in hand. */
const STOP_MS = 30_000;
const LEFT_MS = 10_000;

/** Runs a round; a defect of the harness itself is a violation too. */
export async function runRound(plan: RoundPlan, parts: RoundParts): Promise<RoundResult> {
  const began = Date.now();
  const timeline: string[] = [];
  const note = (text: string) => {
    const line = `${((Date.now() - began) / 1000).toFixed(2).padStart(7)} ${text}`;
    timeline.push(line);
    parts.onNote?.(line);
  };
  mkdirSync(parts.folder, { recursive: true });
  writeFileSync(path.join(parts.folder, 'plan.json'), `${JSON.stringify(plan, null, 2)}\n`);
  let world: World | undefined;
  let driven: Driven | undefined;
  let facts: Facts | undefined;
  const violations: string[] = [];
  try {
    world = await openWorld({ plan, folder: parts.folder, shop: parts.shop, servers: parts.servers, note });
    driven = await drive(world, plan, note);
    facts = await readFacts(world);
    violations.push(
      ...driven.violations,
      ...checkFacts(facts, plan, { chosen: CHOSEN, audiences: parts.audiences ?? facts.audiences }),
    );
  } catch (error) {
    violations.push(`the round broke off: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  violations.push(...(world === undefined ? [] : await closeWorld(world)), ...(await findLeftovers(parts.folder)));
  writeFileSync(path.join(parts.folder, 'timeline.txt'), `${timeline.join('\n')}\n`);
  if (violations.length === 0) rmSync(parts.folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
  return { plan, seconds: (Date.now() - began) / 1000, violations, timeline, folder: parts.folder, driven, facts };
}

/** Stops everything in good order and looks whether anything is left. */
async function closeWorld(world: World): Promise<readonly string[]> {
  const processes = [...world.workers, ...(world.aws === undefined ? [] : [world.aws])];
  const ends = await Promise.all(processes.map(async (one) => ({ name: one.name, end: await one.stop(STOP_MS) })));
  await world.mail.process.stop(1000);
  await world.close().catch(() => undefined);
  const odd = [...processes, world.mail.process].flatMap((one) =>
    one.exits.filter((exit) => exit !== 5).map((exit) => `${one.name} ended by itself with ${exit}`),
  );
  return [...odd, ...ends.flatMap(({ name, end }) => describeStop(name, end) ?? [])];
}

async function findLeftovers(folder: string): Promise<readonly string[]> {
  const deadline = Date.now() + LEFT_MS;
  let left = await listProcessesWith(folder);
  while (left.length > 0 && Date.now() < deadline) {
    await wait(100);
    left = await listProcessesWith(folder);
  }
  for (const one of left) process.kill(one.pid, 'SIGKILL');
  return left.map((one) => `left running: ${one.command.slice(0, 200)}`);
}
