/** A job with several faults that its file alone can't tell: all are told at once, before anything is made. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import { isNightjarError } from '../../src/errors';
import { planRun } from '../../src/run/plan-run';
import { startRun } from '../../src/run/start-run';
import { makeTestFolder } from '../support/nightjar';
import { SLOT } from './support/small-shop';
import { audienceSource, emailSource, openShop } from './support/world';

const folder = makeTestFolder('nightjar-problems');
let shop: OpenEngines;
beforeAll(async () => {
  shop = await openShop(folder);
});
afterAll(() => shop.close());

async function told(action: () => Promise<unknown>): Promise<readonly string[]> {
  try {
    await action();
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    return [error, ...error.others].map(({ code, where, message }) => {
      return `${code} ${where?.line}:${where?.column} ${message.split(/[,;]/)[0]}`;
    });
  }
  return [];
}

function audience(solution: string) {
  const { file, text, template } = audienceSource('fans', {
    solution,
    segment: 'queries: { tea: ITEMS.CATEGORY = "teaa" }',
  });
  const written =
    'audience: { where: { grup: main }, combine: "tea | other/fans", listIds: { tee: 1 } }\nafter: nobody';
  return { file, text: text.replace(/^audience: .*$/m, written), template, jobs: ['fans'] };
}

it('of an audience job', async () => {
  const problems = [
    'E_RECO_QUERY 6:37 segment.queries.tea: no imported item has ITEMS.CATEGORY = "teaa"',
    'E_JOB_FIELD 7:28 audience.where.grup asks for an attribute that no contact has',
    'E_JOB_FIELD 7:52 audience.combine names other/fans',
    'E_JOB_FIELD 7:76 audience.listIds has "tee"',
    'E_JOB_FIELD 8:8 after is "nobody"',
  ];
  const source = audience('attribute-fans');
  expect(await told(() => planRun(shop, { source, slot: SLOT }))).toEqual(problems);
  expect(await told(() => startRun(shop, { source, slot: SLOT, again: false }))).toEqual(problems);
  expect(await findRun(shop.db, `fans.${SLOT}`)).toBeUndefined();
});

it('where the solution is not there, all but what only it can tell', async () => {
  const source = audience('picks');
  const problems = await told(() => planRun(shop, { source, slot: SLOT }));
  expect(problems.map((problem) => problem.split(' ').slice(0, 2).join(' '))).toEqual([
    'E_RECO_SOLUTION 4:13',
    'E_JOB_FIELD 7:28',
    'E_JOB_FIELD 7:52',
    'E_JOB_FIELD 7:76',
    'E_JOB_FIELD 8:8',
  ]);
});

it('of an e-mail job', async () => {
  const { file, text, template } = emailSource('mail', { where: '{ consent: true, grup: main }' });
  const recommend = 'recommend: { solution: picks, results: 8, filter: none-such }';
  const from = 'recipients: { from: { audience: fans/tea }, where: { grup: main } }';
  const source = {
    file,
    text: text.replace(/^recommend: .*$/m, recommend).replace(/^recipients: .*$/m, from),
    template,
  };
  expect(
    (await told(() => planRun(shop, { source, slot: SLOT }))).map((one) => one.split(' ').slice(0, 2).join(' ')),
  ).toEqual(['E_RECO_FILTER 3:51', 'E_JOB_FIELD 4:33', 'E_JOB_FIELD 4:60']);
});
