import { planAudience, planEmail } from '../../src/job/plan';
import { formatPlan } from '../../src/job/plan-text';

const EMAIL = {
  job: 'nightly-picks',
  about: 'Six picks for every subscriber, every night',
  slot: '2026-03-01',
  recipients: 1041,
  leftOut: [
    { name: 'no_address', count: 6 },
    { name: 'no_consent', count: 150 },
    { name: 'suppressed_bounce', count: 0 },
  ],
  batchJob: {
    kind: 'inference',
    solutionVersion: 'arn:aws:personalize:us-east-1:123456789012:solution/picks/0a1b2c3d',
    name: 'nj-nightly-picks-20260301-0123456789ab',
    lines: 1041,
    parts: 1,
    reused: false,
  },
  cost: { amount: 0.0697, currency: 'USD' },
  pricesAsOf: '2019-11-16',
  avoided: { rows: 156, cost: { amount: 0.0105, currency: 'USD' } },
} as const;

const AUDIENCE = {
  job: 'category-fans',
  about: 'Who will like coffee and tea',
  slot: '2026-03-01',
  asks: 2,
  queries: [
    { name: 'coffee', query: 'ITEMS.CATEGORY = "coffee"' },
    { name: 'tea', query: 'ITEMS.CATEGORY = "tea"' },
  ],
  users: 50000,
  formats: ['csv'],
  to: 'audiences/category-fans/',
  batchJob: { kind: 'segment', solutionVersion: 'attribute-fans', lines: 2, parts: 1, reused: false },
  cost: { amount: undefined, currency: 'USD' },
} as const;

describe('planEmail', () => {
  it('adds up to the contacts considered, and drops reasons of nobody', () => {
    const plan = planEmail(EMAIL);
    expect(plan.considered).toBe(1197);
    expect(plan.leftOut.map(({ name }) => name)).toEqual(['no_consent', 'no_address']);
  });

  it('refuses an input that is not one line a recipient', () => {
    const wrong = { ...EMAIL, batchJob: { ...EMAIL.batchJob, lines: 1 } };
    expect(() => planEmail(wrong)).toThrow(expect.objectContaining({ code: 'E_BUG' }));
  });

  it('stays equal as JSON', () => {
    const plan = planEmail(EMAIL);
    expect(JSON.parse(JSON.stringify(plan))).toEqual(plan);
  });
});

describe('formatPlan', () => {
  it('prints the plan of an e-mail run', () => {
    expect(formatPlan(planEmail(EMAIL))).toMatchInlineSnapshot(`
"nightly-picks for 2026-03-01: Six picks for every subscriber, every night

  recipients    1,041 of 1,197 contacts
  left out        150  no consent
                    6  no address
  batch job     1 inference job, 1,041 users to score
                nj-nightly-picks-20260301-0123456789ab
                arn:aws:personalize:us-east-1:123456789012:solution/picks/0a1b2c3d
  cost          0.0697 USD (prices of 2019-11-16)
  avoided       156 rows not bought, 0.0105 USD

nothing was changed, bought or sent"
`);
  });

  it('prints the plan of an audience run, an unknown cost as unknown', () => {
    expect(formatPlan(planAudience(AUDIENCE))).toMatchInlineSnapshot(`
"category-fans for 2026-03-01: Who will like coffee and tea

  audiences     coffee  ITEMS.CATEGORY = "coffee"
                tea     ITEMS.CATEGORY = "tea"
  users         at most 50,000 for each
  files         csv below audiences/category-fans/
  batch job     1 segment job, 2 queries
                attribute-fans
  cost          unknown: no price is set for this region

nothing was changed, bought or sent"
`);
  });

  it('prints that nothing is bought where an equal job was bought before', () => {
    const plan = planEmail({
      ...EMAIL,
      batchJob: { ...EMAIL.batchJob, reused: true },
      cost: { amount: 0, currency: 'USD' },
    });
    expect(formatPlan(plan)).toContain('none: an equal one was bought before (1,041 users to score)');
    expect(formatPlan(plan)).toMatch(/cost +nothing/);
  });

  it('says nothing of rows that were avoided where there are none', () => {
    const plan = planEmail(EMAIL);
    expect(formatPlan({ ...plan, avoided: { ...plan.avoided, rows: 0 } })).not.toContain('avoided');
  });
});

describe('planAudience', () => {
  it('refuses an input of more lines than queries', () => {
    const wrong = { ...AUDIENCE, batchJob: { ...AUDIENCE.batchJob, lines: 3 } };
    expect(() => planAudience(wrong)).toThrow(expect.objectContaining({ code: 'E_BUG' }));
  });
});
