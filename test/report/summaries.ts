/** Summaries of runs, for tests of the renderers. */
import type { RunSummary } from '../../src/report/summary';

/** An e-mail run in which every state, finding and cost occurs. */
export const EMAIL_RUN: RunSummary = {
  version: 1,
  run: 'nightly-picks.2026-03-01',
  job: 'nightly-picks',
  kind: 'email',
  about: 'Six picks for every subscriber, every night',
  slot: '2026-03-01',
  state: 'finished',
  startedAt: '2026-03-01T02:00:00.000Z',
  finishedAt: '2026-03-01T02:00:17.400Z',
  instance: 'demo',
  contacts: {
    considered: 1200,
    leftOut: [
      { name: 'no_consent', count: 131 },
      { name: 'suppressed_unsubscribe', count: 21 },
      { name: 'no_address', count: 7 },
    ],
  },
  chosen: 1041,
  deliveries: { planned: 0, claimed: 0, deferred: 2, unknown: 1, accepted: 1021, refused: 5, excluded: 9, dropped: 3 },
  excluded: [
    { name: 'duplicate_address', count: 7 },
    { name: 'no_recommendations', count: 2 },
  ],
  refused: [{ name: '550 mailbox unavailable', count: 5 }],
  dropped: [{ name: '451 try again', count: 3 }],
  stages: [
    { stage: 'preparing', milliseconds: 412 },
    { stage: 'waiting', milliseconds: 6020 },
    { stage: 'collecting', milliseconds: 810 },
    { stage: 'sending', milliseconds: 10_150 },
  ],
  output: {
    objects: 1,
    lines: 1041,
    errorLines: [{ name: 'User is unknown <script>', count: 3 }],
    brokenLines: 1,
    findings: [
      {
        object: 's3://nightjar/runs/input.json.out',
        line: 17,
        byteOffset: 20_480,
        reason: 'not JSON: ends inside a string',
      },
    ],
    unknownItems: 4,
    fallback: 12,
  },
  batchJobs: [
    {
      name: 'nj-nightly-picks-20260301-4f1d2c3b5a69',
      kind: 'inference',
      state: 'done',
      lines: 1041,
      reused: false,
      cost: { amount: 0.069747, currency: 'USD' },
    },
  ],
  cost: { amount: 0.069747, currency: 'USD' },
  avoided: { rows: 159, cost: { amount: 0.010653, currency: 'USD' } },
  pricesAsOf: '2019-11-16',
  artefacts: [
    {
      kind: 'input',
      name: 'input.json',
      uri: 's3://nightjar/inputs/4f1d2c3b/input.json',
      rows: 1041,
      bytes: 19_779,
      sha256: '4f1d2c3b5a697887960f1e2d3c4b5a69788796a5b4c3d2e1f00f1e2d3c4b5a69',
    },
  ],
  next: 'nightjar runs show nightly-picks.2026-03-01',
};

/** An audience run of which no price is known. */
export const AUDIENCE_RUN: RunSummary = {
  version: 1,
  run: 'category-fans.2026-03-01',
  job: 'category-fans',
  kind: 'audience',
  about: 'The people who will like what is new in coffee and in plants',
  slot: '2026-03-01',
  state: 'finished',
  startedAt: '2026-03-01T02:00:17.400Z',
  finishedAt: '2026-03-01T02:00:21.900Z',
  instance: 'demo',
  audiences: [
    {
      name: 'coffee',
      query: 'ITEMS.CATEGORY = "coffee"',
      segmentUsers: 300,
      members: 251,
      leftOut: [
        { name: 'no_consent', count: 41 },
        { name: 'no_contact', count: 8 },
      ],
      formats: [
        {
          name: 'google-ads',
          considered: 226,
          people: 190,
          leftOut: [
            { name: 'no_consent_ad_user_data', count: 30 },
            { name: 'not_identified', count: 6 },
          ],
          values: [{ name: 'bad_phone', count: 4 }],
        },
      ],
    },
    { name: 'plants', query: 'ITEMS.CATEGORY = "plants"', segmentUsers: 300, members: 300, leftOut: [] },
  ],
  stages: [
    { stage: 'preparing', milliseconds: 120 },
    { stage: 'waiting', milliseconds: 4000 },
    { stage: 'writing', milliseconds: 380 },
  ],
  output: { objects: 1, lines: 2, errorLines: [], brokenLines: 0, findings: [], unknownItems: 0, fallback: 0 },
  batchJobs: [
    {
      name: 'nj-category-fans-20260301-0011aabbccdd',
      kind: 'segment',
      state: 'done',
      lines: 2,
      reused: false,
      cost: { amount: undefined, currency: 'USD' },
    },
  ],
  cost: { amount: undefined, currency: 'USD' },
  avoided: { rows: 0, cost: { amount: 0, currency: 'USD' } },
  artefacts: [
    {
      kind: 'audience',
      name: 'coffee.csv',
      uri: 's3://nightjar/audiences/category-fans/2026-03-01/coffee.csv',
      rows: 251,
      bytes: 14_120,
      sha256: '00f1e2d3c4b5a69788796a5b4c3d2e1f4f1d2c3b5a697887960f1e2d3c4b5a69',
    },
  ],
};
