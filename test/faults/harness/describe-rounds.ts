/** Describes rounds of faults by seed as tests. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../../support/nightjar';
import { type Campaign, openCampaign } from './campaign';
import { describeFailure, formatResults } from './results';
import type { RoundResult } from './round';

const ROUND_MS = 420_000;

/** One test a seed, on a campaign of their own; `out` is where their results are written, below the root. */
export function describeRounds(seeds: readonly number[], out?: string): void {
  const results: RoundResult[] = [];
  let campaign: Campaign;

  beforeAll(async () => {
    campaign = await openCampaign();
  }, 300_000);

  afterAll(async () => {
    await campaign.close();
    if (out !== undefined) writeFileSync(path.join(ROOT, out), formatResults(results));
  }, 60_000);

  describe('a round in which engines and workers die', () => {
    it.each(seeds)(
      'of the seed %i loses nothing, sends nothing twice, buys nothing twice',
      async (seed) => {
        const result = await campaign.round(seed);
        results.push(result);
        if (result.violations.length > 0) throw new Error(describeFailure(result));
      },
      ROUND_MS,
    );
  });
}
