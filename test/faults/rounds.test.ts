/** Rounds of faults by seed; `npm run faults -- --seed N --verbose` replays one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/nightjar';
import { type Campaign, openCampaign } from './harness/campaign';
import { describeFailure, formatResults } from './harness/results';
import type { RoundResult } from './harness/round';

const isLong = process.env.NIGHTJAR_TEST_LONG === '1';
/** Of all three worlds, and with most kinds of blows. */
const SHORT = [3, 4, 14, 16, 33];
const GIVEN = process.env.NIGHTJAR_FAULT_SEED;
const SEEDS = GIVEN !== undefined ? [Number(GIVEN)] : isLong ? Array.from({ length: 200 }, (_, n) => n + 1) : SHORT;

const ROUND_MS = 420_000;
const results: RoundResult[] = [];
let campaign: Campaign;

beforeAll(async () => {
  campaign = await openCampaign();
}, 300_000);

afterAll(async () => {
  await campaign.close();
  if (isLong) writeFileSync(path.join(ROOT, 'bench', 'faults.md'), formatResults(results));
}, 60_000);

describe('a round in which engines and workers die', () => {
  it.each(SEEDS)(
    'of the seed %i loses nothing, sends nothing twice, buys nothing twice',
    async (seed) => {
      const result = await campaign.round(seed);
      results.push(result);
      if (result.violations.length > 0) throw new Error(describeFailure(result));
    },
    ROUND_MS,
  );
});
