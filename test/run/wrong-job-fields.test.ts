/** What is wrong with a job and can't be seen by its schema alone: also this is told with file, line, field, value and a fix. */
import { formatError, isNightjarError } from '../../src/errors';
import { parseJob } from '../../src/job/parse';
import { checkListFiles } from '../../src/run/audiences/lists';
import { checkQueries } from '../../src/run/buying/segment-queries';
import { createJobReader } from '../../src/run/schedules/job-files';
import { testSettings } from '../support/settings';

const HEAD = 'about: Fans\nkind: audience\nsegment:\n  solution: attribute-fans\n  users: 10\n';

function audienceJob(more: string) {
  const job = parseJob({ file: 'jobs/fans.yaml', text: `${HEAD}${more}` });
  if (job.kind !== 'audience') throw new Error('it is no audience job');
  return job;
}

async function told(check: () => unknown): Promise<string> {
  try {
    await check();
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return '';
}

it('attribute queries, each at the character where it ends to be one', async () => {
  const job = audienceJob(
    `  queries:\n    tea: 'ITEMS.CATEGORY > "tea"'\n    tee: ITEMS.CATEGORY = "tee" OR ITEMS.ROAST = "dark"\n`,
  );
  expect((await told(() => checkQueries(job))).split('\n').filter((line) => !line.startsWith('  segment'))).toEqual([
    'error[E_RECO_QUERY] jobs/fans.yaml:7:26',
    '  fix: write tea: ITEMS.CATEGORY = "tea"',
    'error[E_RECO_QUERY] jobs/fans.yaml:8:33',
    '  fix: write tee-1: ITEMS.CATEGORY = "tee" and tee-2: ITEMS.ROAST = "dark", and audience.combine: tee-1 | tee-2',
  ]);
});

it.each([
  ['  items: [a, b]\n', 'aws-item-attribute-affinity', '6:3', 'write queries: { tea: ITEMS.CATEGORY = "tea" }'],
  ['  queries: { tea: ITEMS.A = "b" }\n', 'aws-item-affinity', '6:3', 'write items: [item-001, item-002]'],
])('queries of another recipe: %s', async (more, recipe, at, fix) => {
  const text = await told(() => checkQueries(audienceJob(more), recipe));
  expect(text).toContain(
    `error[E_RECO_QUERY] jobs/fans.yaml:${at}\n  solution "attribute-fans" is of the recipe ${recipe}`,
  );
  expect(text).toContain(`fix: ${fix}`);
});

it('lists whose files are not there', async () => {
  const job = audienceJob(
    '  queries: { tea: ITEMS.A = "b" }\naudience:\n  combine: tea & !vip & !staff\n  lists:\n    vip: lists/none.csv\n    staff: lists/gone.csv\n',
  );
  expect(await told(() => checkListFiles(job))).toBe(
    ['vip:10:10:none', 'staff:11:12:gone']
      .map((one) => one.split(':'))
      .map(
        ([name, line, column, file]) =>
          `error[E_IMPORT_FILE] jobs/fans.yaml:${line}:${column}\n  audience.lists.${name} is "lists/${file}.csv": there is no such file\n  fix: write its path as it is seen from the project folder`,
      )
      .join('\n'),
  );
});

it('jobs that follow one that there is not, also where workers read them', () => {
  const files = new Map([
    [
      'nightly',
      `about: Mail\nkind: email\nafter: fanns\nrecommend: { solution: picks }\ncontent: { template: picks }\n`,
    ],
    ['fans', `${HEAD}  queries: { tea: ITEMS.A = "b" }\n`],
  ]);
  const read = createJobReader(
    { settings: testSettings() },
    {
      names: () => [...files.keys()],
      readText: (name) => ({ file: `jobs/${name}.yaml`, text: files.get(name) ?? '' }),
      read: () => {
        throw new Error('nobody asks for templates');
      },
    },
  );
  const { wrong, jobs } = read();
  expect(jobs.map(({ name }) => name)).toEqual(['fans']);
  expect(wrong.map(({ error }) => formatError(error))).toEqual([
    `error[E_JOB_FIELD] jobs/nightly.yaml:3:8
  after is "fanns", and there is no such job; expected the name of a job in jobs/
  fix: write "after: fans"`,
  ]);
});
