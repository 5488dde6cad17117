/** Runs rounds one after the other on one shop, and tells their results. */
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { planCalm, planRound, type RoundPlan, type WorldKind } from './plan';
import { guardFolder } from './process';
import { type RoundResult, runRound } from './round';
import { startServers } from './servers';
import { makeShop, PEOPLE } from './shop';

export interface Campaign {
  /** Runs the round of a seed. */
  round(seed: number): Promise<RoundResult>;
  /** Runs the round of a plan that no seed makes. */
  run(plan: RoundPlan): Promise<RoundResult>;
  close(): Promise<void>;
}

export interface CampaignWish {
  readonly world?: WorldKind | undefined;
  readonly onNote?: ((line: string) => void) | undefined;
}

/**
 * Makes the shop, starts the servers, and runs an undisturbed round, whose audience files the others' must equal.
 * @throws where that round is not flawless: then no other could tell anything
 */
export async function openCampaign(wish: CampaignWish = {}): Promise<Campaign> {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-faults-'));
  // The embedded database runs as another user where this is root.
  chmodSync(folder, 0o711);
  const guard = guardFolder(folder);
  const shop = await makeShop(folder);
  const servers = await startServers(shop);
  const parts = { shop, servers, onNote: wish.onNote };
  const calm = await runRound(planCalm(wish.world ?? 'redis'), {
    ...parts,
    folder: path.join(folder, 'calm'),
    audiences: undefined,
  });
  const audiences = calm.facts?.audiences;
  if (calm.violations.length > 0 || audiences === undefined || Object.keys(audiences).length === 0) {
    await servers.stop();
    throw new Error(`the undisturbed round failed, see ${calm.folder}:\n${calm.violations.join('\n')}`);
  }
  let rounds = 0;
  let kept = false;
  const run = async (plan: RoundPlan): Promise<RoundResult> => {
    rounds += 1;
    const result = await runRound(plan, {
      ...parts,
      folder: path.join(folder, `${rounds}-seed-${plan.seed}`),
      audiences,
    });
    kept ||= result.violations.length > 0;
    return result;
  };
  return {
    run,
    round: (seed) => run(planRound(seed, { world: wish.world, people: PEOPLE })),
    close: async () => {
      await servers.stop();
      guard.release();
      if (!kept) rmSync(folder, { recursive: true, force: true, maxRetries: 20, retryDelay: 100 });
    },
  };
}
