/** Rounds that no seed makes: the one disk of everything fills up, and a service moves while a worker is frozen. */
import { type Campaign, openCampaign } from './harness/campaign';
import { type Moment, planFullDisk, planMovedService } from './harness/plan';
import { describeFailure } from './harness/results';

const isLong = process.env.NIGHTJAR_TEST_LONG === '1';
const ROUND_MS = 420_000;
let campaign: Campaign;

beforeAll(async () => {
  campaign = await openCampaign();
}, 300_000);
afterAll(() => campaign.close(), 60_000);

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
