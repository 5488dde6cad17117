/** Rounds of faults by seed; `npm run faults -- --seed N --verbose` replays one. */
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { ROOT } from '../support/nightjar';
import { type Campaign, openCampaign } from './harness/campaign';
import { type Moment, planFullDisk, planMovedService } from './harness/plan';
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

/** Room for the state folder, PostgreSQL's write-ahead log and the runs, and not much more. */
const DISK_MB = 200;
const FULL_AT: readonly Moment[] = [
  { kind: 'accepted', count: 60 },
  ...(isLong ? ([{ kind: 'state', job: 'letters', state: 'preparing' }] as const) : []),
];

// Only root can mount a small disk.
(process.getuid?.() === 0 ? describe : describe.skip)('a round in which the one disk of everything fills up', () => {
  it.each(FULL_AT)(
    'at %o loses nothing, sends nothing twice, buys nothing twice',
    async (moment) => {
      const result = await campaign.run(planFullDisk([moment], DISK_MB));
      if (result.violations.length > 0) throw new Error(describeFailure(result));
      expect(result.driven?.fallen).toEqual(['fill-disk']);
    },
    ROUND_MS,
  );
});

it.each([0, 1])(
  'a round in which the database dies while worker %i is frozen finds the local AWS on another port',
  async (worker) => {
    const result = await campaign.run(planMovedService(worker));
    if (result.violations.length > 0) throw new Error(describeFailure(result));
  },
  ROUND_MS,
);
