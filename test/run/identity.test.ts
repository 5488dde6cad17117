/** What makes purchases equal: what was bought once must be known again by every later version. */
import { createHash } from 'node:crypto';
import { fingerprintOf } from '../../src/personalize/batch-name';
import { identityOf } from '../../src/run/buying/identity';
import { joinByName } from '../../src/run/buying/intend';
import { requestSchema } from '../../src/run/buying/request';
import { testSettings } from '../support/settings';

const PURCHASE = {
  kind: 'inference' as const,
  solutionVersionArn: 'arn:aws:personalize:us-east-1:123456789012:solution/picks/1a2b',
  recipe: 'aws-user-personalization',
  filterArn: null,
  numResults: 25,
  inputSha256: 'ab'.repeat(32),
};
const engines = { settings: { ...testSettings(), instance: 'shop' } };

it('the fingerprint of a purchase without themes is that of every version', () => {
  const text = `[["format",1],["instance","shop"],["kind","inference"],["solutionVersionArn","${PURCHASE.solutionVersionArn}"],["recipe","aws-user-personalization"],["filterArn",null],["numResults",25],["mode","BATCH_INFERENCE"],["exploration",null],["rankingInfluence",null],["themeItemName",null],["inputSha256","${PURCHASE.inputSha256}"]]`;
  expect(fingerprintOf(identityOf(engines, PURCHASE))).toBe(createHash('sha256').update(text).digest('hex'));
});

it('themes, and the column that they are written from, make another purchase of it', () => {
  const prints = [undefined, 'TITLE', 'NAME'].map((themeItemName) =>
    fingerprintOf(identityOf(engines, { ...PURCHASE, themeItemName })),
  );
  expect(new Set(prints).size).toBe(3);
});

it('a request that was stored before there were themes has none', () => {
  const { inputSha256: _sha, ...stored } = PURCHASE;
  const paths = { inputPath: 's3://b/in', outputPath: 's3://b/out/', roleArn: 'arn', kmsKeyArn: null };
  const read = requestSchema.parse({ ...stored, ...paths, jobName: 'nj-picks' });
  expect(Object.keys(read)).not.toContain('themeItemName');
});

it('wishes that come to one batch job buy it once, for the sections of all', () => {
  const cost = { amount: 2, currency: 'USD' };
  const reused = (name: string, sections?: readonly string[]) => ({
    purchase: { how: 'reused' as const, name, sections },
    cost,
  });
  expect(joinByName([reused('a'), reused('b', ['fresh']), reused('a', ['more']), reused('a', ['goes'])])).toEqual([
    reused('a', ['', 'more', 'goes']),
    reused('b', ['fresh']),
  ]);
});
