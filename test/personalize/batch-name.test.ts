import fc from 'fast-check';
import { isNightjarError } from '../../src/errors';
import {
  type BatchIdentity,
  batchJobName,
  fingerprintOf,
  inputKey,
  isOutputKey,
  outputPrefix,
} from '../../src/personalize/batch-name';

const identity: BatchIdentity = {
  instance: 'demo',
  kind: 'inference',
  solutionVersionArn: 'arn:aws:personalize:us-east-1:123456789012:solution/picks/e27b6a08',
  recipe: 'aws-user-personalization',
  filterArn: null,
  numResults: 25,
  mode: 'BATCH_INFERENCE',
  exploration: { explorationWeight: '0.3', explorationItemAgeCutOff: '30' },
  rankingInfluence: null,
  themeItemName: null,
  inputSha256: 'ab'.repeat(32),
};
const fingerprint = fingerprintOf(identity);

describe('fingerprintOf', () => {
  it('is 64 hex digits and does not depend on the order of keys', () => {
    const exploration = { explorationItemAgeCutOff: '30', explorationWeight: '0.3' };
    expect(fingerprint).toMatch(/^[0-9a-f]{64}$/);
    expect(fingerprintOf({ ...identity, exploration })).toBe(fingerprint);
  });

  it('never changes between versions of nightjar, or bought results would be bought again', () => {
    expect(fingerprint).toBe('65c3fefe2d800f2fac121e0b05a904b619f59eaa251d1ade56a096c5fe2a7674');
  });

  it.each<[string, Partial<BatchIdentity>]>([
    ['instance', { instance: 'other' }],
    ['kind', { kind: 'segment' }],
    ['solution version', { solutionVersionArn: 'arn:aws:personalize:us-east-1:123456789012:solution/picks/00000000' }],
    ['recipe', { recipe: 'aws-popularity-count' }],
    ['filter', { filterArn: 'arn:aws:personalize:us-east-1:123456789012:filter/unseen' }],
    ['numResults', { numResults: 26 }],
    ['mode', { mode: 'THEME_GENERATION' }],
    ['exploration', { exploration: null }],
    ['ranking influence', { rankingInfluence: { POPULARITY: 0.5 } }],
    ['theme column', { themeItemName: 'TITLE' }],
    ['input', { inputSha256: 'ac'.repeat(32) }],
  ])('changes with the %s', (_name, change) => {
    expect(fingerprintOf({ ...identity, ...change })).not.toBe(fingerprint);
  });
});

describe('batchJobName', () => {
  it('names job, day and fingerprint', () => {
    const name = batchJobName({ job: 'nightly-picks', slot: '2026-11-24', fingerprint });
    expect(name).toBe(`nj-nightly-picks-20261124-${fingerprint.slice(0, 12)}`);
  });

  it('adds hour and minute, part and attempt where there are some', () => {
    const name = batchJobName({ job: 'picks', slot: '2026-11-24T0230', fingerprint, part: 3, attempt: 2 });
    expect(name).toBe(`nj-picks-202611240230-${fingerprint.slice(0, 12)}-p3-a2`);
  });

  it('leaves the first attempt unmarked', () => {
    const parts = { job: 'picks', slot: '2026-11-24', fingerprint };
    expect(batchJobName({ ...parts, attempt: 1 })).toBe(batchJobName(parts));
  });

  it('cuts a long job name to 28 characters that still tell it from its like', () => {
    const nameOf = (job: string) => batchJobName({ job, slot: '2026-11-24', fingerprint });
    const first = nameOf('a-very-long-name-of-a-job-for-mondays');
    expect(first).toMatch(/^nj-a-very-long-name-of-a-[0-9a-f]{6}-20261124-/);
    expect(first.length).toBe(3 + 28 + 1 + 8 + 1 + 12);
    expect(nameOf('a-very-long-name-of-a-job-for-tuesday')).not.toBe(first);
  });

  it('is a name that Personalize takes, whatever job, part and attempt', () => {
    const parts = fc.record({
      job: fc.stringMatching(/^[a-z0-9][a-z0-9-]{0,39}$/),
      slot: fc.constantFrom('2026-11-24', '2026-11-24T0230'),
      fingerprint: fc.constant(fingerprint),
      part: fc.integer({ min: 1, max: 1000 }),
      attempt: fc.integer({ min: 1, max: 100 }),
    });
    fc.assert(
      fc.property(parts, (value) => {
        expect(batchJobName(value)).toMatch(/^(?=.{1,63}$)[a-zA-Z0-9][a-zA-Z0-9\-_]*$/);
      }),
    );
  });

  it('refuses a slot of another form', () => {
    expect(() => batchJobName({ job: 'picks', slot: '24.11.2026', fingerprint })).toThrow(
      'slot is "24.11.2026"; expected YYYY-MM-DD or YYYY-MM-DDTHHmm',
    );
  });
});

describe('keys', () => {
  const sha256 = 'ab'.repeat(32);

  it('addresses an input by its content, below the prefix', () => {
    expect(inputKey({ bucket: 'nightjar', prefix: '', sha256 })).toBe(`batch/input/${sha256}/input.json`);
    expect(inputKey({ bucket: 'nightjar', prefix: 'team', sha256 })).toBe(`team/batch/input/${sha256}/input.json`);
  });

  it('gives each batch job an output folder of its own, outside the input folder', () => {
    expect(outputPrefix({ bucket: 'nightjar', prefix: 'team/', name: 'nj-x' })).toBe('team/batch/output/nj-x/');
  });

  it('takes .out objects as results and no other', () => {
    expect(isOutputKey('batch/output/nj-x/input.json.out')).toBe(true);
    expect(isOutputKey('batch/output/nj-x/_CHECK')).toBe(false);
  });

  it('refuses a path of more than 256 characters and says by how much', () => {
    const prefix = `${'p'.repeat(200)}/`;
    try {
      inputKey({ bucket: 'nightjar', prefix, sha256 });
      throw new Error('accepted');
    } catch (error) {
      if (!isNightjarError(error)) throw error;
      expect(error.code).toBe('E_RECO_LIMIT');
      expect(error.message).toMatch(/has 302 characters; Personalize takes at most 256$/);
      expect(error.fix).toBe('shorten storage.prefix by 46 characters or more');
    }
  });
});
