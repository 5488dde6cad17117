/** Lists that are ranked, related items with their reason, sections and themes: what is bought, kept and shown. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { batchJobsOf } from '../../src/database/buying/batch-jobs';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { formatPlan } from '../../src/job/plan-text';
import { loadBundle, openBundle } from '../../src/run/bundle';
import { retryRun } from '../../src/run/operate/retry';
import { planRun } from '../../src/run/plan-run';
import { findPerson } from '../../src/run/preview/people';
import { casesOf, openPreview, previewCase } from '../../src/run/preview/preview-mails';
import { summarise } from '../../src/run/summarise';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { buy, trainFurther, withSolutions } from './support/further-solutions';
import { forgetFaults, setFaults, vary } from './support/local-aws';
import { PEOPLE, SLOT, userId } from './support/small-shop';
import { begin, driveRun, openShop, type Rig, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-sections');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
  await trainFurther(shop);
  await buy(shop, [
    [1, 'i004'],
    [1, 'i005'],
    [2, 'i005'],
    [3, 'i007'],
    [4, 'never-sold'],
  ]);
}, 120_000);
afterAll(() => shop.close());

const rig = (): Rig => {
  const made = rigUp(shop);
  return { ...made, engines: withSolutions(made.engines) };
};

const BODY =
  '{{#if because}}because {{because.title}}|{{/if}}{{#each items}}{{itemId}} {{/each}}{{#each sections}}|{{name}}:{{title}}:{{because.title}}:{{#each items}}{{itemId}} {{/each}}{{/each}}';
const FOOT = '{{sender.postalAddress}} <a href="{{unsubscribeUrl}}">no more</a>';
const FILES = {
  'subject.hbs': '{{contact.userId}}',
  'body.html.hbs': `<p>${BODY}</p>${FOOT}`,
  'body.text.hbs': `${BODY}\n${FOOT}`,
};

function source(name: string, recommend: string, content = 'show: { items: 3 }') {
  const lines = [
    'about: A few things',
    'kind: email',
    `recommend: ${recommend}`,
    'recipients: { where: { consent: true, group: main } }',
    `content: { template: mini, ${content} }`,
  ];
  return { file: `jobs/${name}.yaml`, text: `${lines.join('\n')}\n`, template: { name: 'mini', files: FILES } };
}

async function ledger(runId: string) {
  const rows = await shop.db
    .selectFrom('delivery')
    .selectAll()
    .where('run_id', '=', runId)
    .orderBy('user_id')
    .execute();
  return rows.map((row) => ({
    userId: row.user_id,
    outcome: row.reason === null ? row.state : `${row.state} ${row.reason}`,
    slate: (row.slate ?? []) as string[],
    shown: (row.shown ?? []) as string[],
    fallback: row.fallback,
    seed: row.seed,
    sections: (row.sections ?? {}) as Record<string, { items: string[]; theme?: string }>,
  }));
}

const rowOf = (rows: Awaited<ReturnType<typeof ledger>>, nth: number) => {
  const row = rows.find((one) => one.userId === userId(nth));
  if (row === undefined) throw new Error(`no row of ${userId(nth)}`);
  return row;
};

async function inputOf({ engines }: Rig, uri: string): Promise<readonly unknown[]> {
  const text = (await readSmallObject(engines.s3, parseS3Uri(uri))).toString('utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line): unknown => JSON.parse(line));
}

describe('a list of the marketer', () => {
  it('is ranked for each recipient, and nothing else is shown', async () => {
    const own = rig();
    const list = ['i003', 'i001', 'i020', 'i009', 'gone'];
    const job = source('listed', `{ solution: ranking, from: { list: [${list.join(', ')}] } }`, 'show: { items: 4 }');
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    const run = await driveRun(own, await begin(own, job));

    expect(run.state).toBe('finished');
    const [bought] = await batchJobsOf(shop.db, run.runId);
    expect(bought?.name).toBe(plan.batchJob.name);
    expect((await inputOf(own, bought?.inputUri ?? ''))[0]).toEqual({ userId: 'u001', itemList: list.slice(0, 4) });
    const rows = await ledger(run.runId);
    expect(rows).toHaveLength(PEOPLE);
    for (const row of rows) {
      expect(row.outcome).toBe('accepted');
      expect([...row.shown].sort()).toEqual([...list.slice(0, 4)].sort());
    }
    expect(new Set(rows.map((row) => row.shown.join())).size).toBeGreaterThan(1);
  });

  it('may be the newest of a category', async () => {
    const catalogue = await readCatalogue(shop.db, await currentCatalogueVersion(shop.db));
    const teas = [...catalogue.values()].filter(({ categories }) => categories.includes('tea'));
    const dated = teas.map((item, n) => ({ ...item, createdAt: `2026-01-${String(n + 10)}T00:00:00.000Z` }));
    await saveItems(shop.db, dated, { replace: false, now: Date.now() });
    const own = rig();
    const run = await driveRun(
      own,
      await begin(own, source('newest', '{ solution: ranking, from: { newest: 4, category: tea } }')),
    );
    const newest = dated.slice(-4).map((item) => item.itemId);
    for (const row of await ledger(run.runId)) {
      expect([...row.slate].sort()).toEqual([...newest].sort());
      expect(row.shown).toHaveLength(3);
    }
  });

  it('wants a solution that ranks', async () => {
    const own = rig();
    const started = begin(own, source('wrong', '{ solution: picks, from: { list: [i001] } }'));
    await expect(started).rejects.toMatchObject({
      code: 'E_RECO_SOLUTION',
      message: expect.stringContaining('a list that is ranked needs a Personalized-Ranking solution'),
    });
  });
});

describe('related items', () => {
  const related = (name: string, fallback: string) =>
    source(name, '{ solution: sims, from: related, results: 10 }', `show: { items: 3, fallback: ${fallback} }`);

  it('are bought once for each thing that was bought last, and say why they are there', async () => {
    const own = rig();
    const job = related('because', 'popular');
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    expect(formatPlan(plan)).toContain('1 inference job, what goes with 2 items');
    const run = await driveRun(own, await begin(own, job));

    const [bought] = await batchJobsOf(shop.db, run.runId);
    expect(bought?.name).toBe(plan.batchJob.name);
    expect(await inputOf(own, bought?.inputUri ?? '')).toEqual([{ itemId: 'i005' }, { itemId: 'i007' }]);
    const rows = await ledger(run.runId);
    expect(rowOf(rows, 1)).toMatchObject({ outcome: 'accepted', seed: 'i005', fallback: false });
    expect(rowOf(rows, 1).slate).toEqual(rowOf(rows, 2).slate);
    expect(rowOf(rows, 3).slate).not.toEqual(rowOf(rows, 2).slate);
    expect(rowOf(rows, 1).shown).toHaveLength(3);
    expect(rowOf(rows, 1).shown).not.toContain('i005');
    expect(rowOf(rows, 4)).toMatchObject({ outcome: 'accepted', seed: null, fallback: true });
    const mails = await mailsOf(run.runId);
    expect(mails.get(userId(1))).toContain('because Thing 5|');
    expect(mails.get(userId(4))).not.toContain('because Thing');
    expect((await shop.db.selectFrom('seed_slate').selectAll().execute()).length).toBe(0);
  });

  it('leave out who has bought nothing where there is no fallback', async () => {
    const own = rig();
    const plan = await planRun(own.engines, { source: related('strict', 'none'), slot: SLOT });
    expect(plan).toMatchObject({ recipients: 3, batchJob: { lines: 2 } });
    const run = await driveRun(own, await begin(own, related('strict', 'none')));
    const outcomes = (await ledger(run.runId)).map((row) => row.outcome);
    expect(outcomes.filter((outcome) => outcome === 'accepted')).toHaveLength(3);
    expect(outcomes.filter((outcome) => outcome === 'excluded nothing_bought')).toHaveLength(PEOPLE - 3);
  });

  it('buy nothing where nobody has bought anything', async () => {
    const base = rig();
    const { settings } = base.engines;
    const own = { ...base, engines: { ...base.engines, settings: { ...settings, events: { bought: ['never'] } } } };
    const run = await driveRun(own, await begin(own, related('nobody', 'popular')));
    expect(run.state).toBe('finished');
    expect(await batchJobsOf(shop.db, run.runId)).toEqual([]);
    expect((await ledger(run.runId)).every((row) => row.outcome === 'accepted' && row.fallback)).toBe(true);
  });
});

describe('sections', () => {
  const CONTENT = `show: { items: 2 }, sections: {
    fresh: { title: New, recommend: { solution: ranking, from: { list: [i001, i002, i003, i004, i006] } }, show: { items: 2 } },
    goes: { recommend: { solution: sims, from: related }, show: { items: 2 } },
    more: { recommend: { solution: picks, results: 8 }, show: { items: 2 } } }`;

  it('buy a batch job each, equal wishes one, and show each item once', async () => {
    const own = rig();
    const job = source('several', '{ solution: picks, results: 8 }', CONTENT);
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    const run = await driveRun(own, await begin(own, job));

    expect(run.state).toBe('finished');
    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map(({ sections, lines }) => [sections, lines])).toEqual([
      [['', 'more'], PEOPLE],
      [['fresh'], PEOPLE],
      [['goes'], 2],
    ]);
    const planned = plan.kind === 'email' ? [plan.batchJob, ...(plan.sectionJobs ?? [])] : [];
    expect(planned.map(({ name }) => name)).toEqual(jobs.map(({ name }) => name));
    expect(plan).toMatchObject({
      sharedBy: ['more'],
      cost: { amount: expect.closeTo(((2 * PEOPLE + 2) * 0.067) / 1000, 9) },
    });
    const rows = await ledger(run.runId);
    for (const row of rows) {
      expect(row.outcome).toBe('accepted');
      expect(new Set(row.shown).size).toBe(row.shown.length);
      expect(row.sections.more?.items.slice(0, 4)).toEqual(row.slate.slice(0, 4));
    }
    expect(rowOf(rows, 1).shown).toHaveLength(8);
    expect(rowOf(rows, 10).shown).toHaveLength(6);
    const mails = await mailsOf(run.runId);
    expect(mails.get(userId(1))).toMatch(/\|fresh:New::(i\d+ ){2}\|goes::Thing 5:(i\d+ ){2}\|more:::(i\d+ ){2}/);
    expect(mails.get(userId(10))).not.toContain('|goes');

    const { engines } = own;
    const summary = await summarise({ engines, run, bundle: await loadBundle(engines, run) });
    expect(summary.batchJobs.map(({ sections, reused }) => [sections, reused])).toEqual([
      [['more'], false],
      [['fresh'], false],
      [['goes'], false],
    ]);
    expect(summary.output.lines).toBe(2 * PEOPLE + 2);
  });

  it('are bought once: another run of the slot uses all of them again', async () => {
    const own = rig();
    const job = source('several', '{ solution: picks, results: 8 }', CONTENT);
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    expect(plan.cost.amount).toBe(0);
  });

  const NEEDED =
    'show: { items: 2 }, sections: { goes: { required: true, recommend: { solution: sims, from: related }, show: { items: 2 } } }';

  it('buy nothing for who has bought nothing, where one of related items is required', async () => {
    const own = rig();
    const job = source('needed', '{ solution: picks, results: 8 }', NEEDED);
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    const few = await planRun(own.engines, { source: job, slot: SLOT, limit: PEOPLE });
    const run = await driveRun(own, await begin(own, job));

    const outcomes = (await ledger(run.runId)).map((row) => row.outcome);
    expect(outcomes.slice(0, 3)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(new Set(outcomes.slice(3))).toEqual(new Set(['excluded nothing_bought']));
    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map(({ lines }) => lines)).toEqual([3, 2]);
    for (const told of [plan, few]) {
      expect(told).toMatchObject({
        considered: expect.any(Number),
        recipients: 3,
        batchJob: { lines: 3, name: jobs[0]?.name },
        cost: { amount: expect.closeTo((5 * 0.067) / 1000, 9) },
      });
      const left = told.kind === 'email' ? told.leftOut : [];
      expect(left).toContainEqual({ name: 'nothing_bought', count: PEOPLE - 3 });
    }
  });

  it('buy for everybody where something fills the place of what goes with nothing', async () => {
    const own = rig();
    const filled = NEEDED.replace('show: { items: 2 } }', 'show: { items: 2, fallback: popular } }');
    const job = source('filled', '{ solution: picks, results: 8 }', filled);
    expect(await planRun(own.engines, { source: job, slot: SLOT })).toMatchObject({ recipients: PEOPLE });
  });

  it('say that nobody is left, and begun again reach those who have bought something since', async () => {
    const base = rig();
    const { settings } = base.engines;
    const own = { ...base, engines: { ...base.engines, settings: { ...settings, events: { bought: ['never'] } } } };
    const id = await begin(own, source('nobody-yet', '{ solution: picks, results: 8 }', NEEDED));
    const failed = await driveRun(own, id);
    expect(failed).toMatchObject({
      state: 'failed',
      error: { code: 'E_RUN_NO_RECIPIENTS', message: expect.stringContaining(`${PEOPLE} nothing_bought`) },
    });
    expect(await batchJobsOf(shop.db, id)).toEqual([]);

    await shop.db.updateTable('run').set({ state: 'planned', error: null }).where('run_id', '=', id).execute();
    const run = await driveRun(base, id);
    expect(run.state).toBe('finished');
    const outcomes = (await ledger(id)).map((row) => row.outcome);
    expect(outcomes.slice(0, 4)).toEqual(['accepted', 'accepted', 'accepted', 'excluded nothing_bought']);
    expect((await batchJobsOf(shop.db, id)).map(({ lines }) => lines)).toEqual([3, 2]);
  });

  it('reach everybody once the job is mended and needs no purchase', async () => {
    const base = rig();
    const { settings } = base.engines;
    const own = { ...base, engines: { ...base.engines, settings: { ...settings, events: { bought: ['never'] } } } };
    const id = await begin(own, source('mended', '{ solution: picks, results: 8 }', NEEDED));
    expect((await driveRun(own, id)).state).toBe('failed');

    const mended = source('mended', '{ solution: picks, results: 8 }', 'show: { items: 2 }');
    await retryRun(own.engines, id, { only: [], fresh: { source: mended, check: async () => undefined } });
    expect((await driveRun(own, id)).state).toBe('finished');
    const outcomes = (await ledger(id)).map((row) => row.outcome);
    expect(outcomes).toEqual(Array.from({ length: PEOPLE }, () => 'accepted'));
  });

  it('leave out who has too few items for one that is required', async () => {
    const own = rig();
    const content =
      'show: { items: 2 }, sections: { dear: { required: true, recommend: { solution: picks, results: 8 }, show: { items: 2, minPrice: 9999 } } }';
    const run = await driveRun(own, await begin(own, source('too-dear', '{ solution: picks, results: 8 }', content)));
    const outcomes = (await ledger(run.runId)).map((row) => row.outcome);
    expect(new Set(outcomes)).toEqual(new Set(['excluded section_missing']));
  });
});

describe('themes', () => {
  it('are written by Personalize and head the section', async () => {
    const own = rig();
    const content =
      'show: { items: 2 }, sections: { goes: { recommend: { solution: similar, from: related, themes: true }, show: { items: 2 } } }';
    const job = source('themed', '{ solution: picks, results: 8 }', content);
    const plan = await planRun(own.engines, { source: job, slot: SLOT });
    expect(formatPlan(plan)).toContain('unknown: no price for themes is set');
    const run = await driveRun(own, await begin(own, job));

    const rows = await ledger(run.runId);
    const { theme = '', items } = rowOf(rows, 1).sections.goes ?? { items: [] };
    expect(theme).toMatch(/^[^.]+[^.]$/);
    expect(items.length).toBeGreaterThan(2);
    const mails = await mailsOf(run.runId);
    expect(mails.get(userId(1))).toContain(`|goes:${theme}:Thing 5:`);
  });

  it('are cut into batch jobs of a hundred items', async () => {
    const own = rig();
    const engines = { ...own.engines, inputLimits: { bytes: 1e9, lines: 1 } };
    const job = source('parts', '{ solution: similar, from: related, themes: true, results: 10 }');
    const run = await driveRun({ ...own, engines }, await begin({ ...own, engines }, job));
    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map(({ lines, name }) => [lines, name.slice(-3)])).toEqual([
      [1, '-p1'],
      [1, '-p2'],
    ]);
    expect(rowOf(await ledger(run.runId), 1).sections['']?.theme).toMatch(/\w/);
  });
});

describe('a run with sections', () => {
  const CONTENT =
    'show: { items: 2 }, sections: { goes: { recommend: { solution: sims, from: related }, show: { items: 2 } } }';

  it('buys a failed batch job again for the section that it was for, under a name of its own', async () => {
    await setFaults(shop, [
      { service: 'personalize', operation: 'CreateBatchInferenceJob', kind: 'create-failed', message: 'no', count: 1 },
    ]);
    const base = rig();
    const own = { ...base, engines: vary(base.engines, { aws: { failedJobRetries: 1 } }) };
    const run = await driveRun(own, await begin(own, source('failing', '{ solution: picks, results: 8 }', CONTENT)));
    await forgetFaults(shop);

    expect(run.state).toBe('finished');
    const jobs = await batchJobsOf(shop.db, run.runId);
    expect(jobs.map(({ sections, attempt }) => [sections, attempt])).toEqual([
      [undefined, 2],
      [['goes'], 1],
    ]);
    expect(jobs.map(({ name }) => name.slice(-3))[0]).toBe('-a2');
    expect(jobs.some(({ name }) => /-p\d/.test(name))).toBe(false);
    expect(rowOf(await ledger(run.runId), 1).shown).toHaveLength(4);
  });

  it('comes to the same rows where each stage is done twice', async () => {
    const own = rig();
    const id = await begin(own, source('twice', '{ solution: picks, results: 8 }', CONTENT));
    await driveRun(own, id, (run) => run.state === 'sending');
    const before = await ledger(id);
    await shop.db.updateTable('run').set({ state: 'waiting' }).where('run_id', '=', id).execute();
    await shop.db.updateTable('shard').set({ done_at: null }).where('run_id', '=', id).execute();
    const run = await driveRun(own, id);
    expect(run.state).toBe('finished');
    const after = await ledger(id);
    expect(after.map(({ slate, sections }) => [slate, sections])).toEqual(
      before.map(({ slate, sections }) => [slate, sections]),
    );
  });

  it('is previewed with the slates of the last run, and before one with items that stand in', async () => {
    const own = rig();
    const open = async (name: string) => {
      const job = source(name, '{ solution: picks, results: 8 }', CONTENT);
      const bundle = await openBundle(own.engines, job, { by: 'given', given: {} });
      return openPreview(own.engines, { bundle, source: job, slot: SLOT, run: `${name}.preview` });
    };
    const person = await findPerson(own.engines, { wanted: userId(1), topic: 'twice' });
    const textOf = async (name: string) => {
      const scope = await open(name);
      const [one] = await casesOf(scope, [person]);
      return one === undefined ? '' : previewCase(scope, one)?.rendered.text;
    };
    const { shown } = rowOf(await ledger(`twice.${SLOT}`), 1);
    expect(await textOf('twice')).toContain(
      `${shown.slice(0, 2).join(' ')} |goes::Thing 5:${shown.slice(2).join(' ')}`,
    );
    // Items that stand in do not go with what was bought.
    expect(await textOf('unrun')).toMatch(/^(i\d+ ){2}\|goes:::(i\d+ ){2}/);
  });

  it('has its template tried with items in every section before anything is bought', async () => {
    const own = rig();
    const job = source('tried', '{ solution: picks, results: 8 }', CONTENT);
    const body = '{{#each sections}}{{#each items}}{{#if price}}{{price}}{{/if}}{{/each}}[object Object]{{/each}}';
    const files = { ...FILES, 'body.text.hbs': `${body}${FOOT}` };
    const guarded = { ...job, text: `${job.text}guard: { templateErrors: 0% }\n`, template: { name: 'mini', files } };
    const plan = await planRun(own.engines, { source: guarded, slot: SLOT });
    expect(plan.guards).toMatchObject([{ guard: 'templateErrors', outcome: 'trips' }]);
  });
});

/** User id → the text of the mail that the inbox has. */
async function mailsOf(runId: string): Promise<ReadonlyMap<string, string>> {
  const rows = await shop.db
    .selectFrom('delivery')
    .select(['user_id', 'message_id'])
    .where('run_id', '=', runId)
    .where('message_id', 'is not', null)
    .execute();
  const texts = new Map<string, string>();
  const dir = shop.inboxDir ?? '';
  const files = readdirSync(dir).filter((name) => name.endsWith('.eml'));
  const mails = files.map((name) => readFileSync(path.join(dir, name), 'utf8'));
  for (const row of rows) {
    const mail = mails.find((text) => text.includes(row.message_id ?? ' '));
    texts.set(row.user_id, (mail ?? '').replaceAll('=\r\n', '').replaceAll('=\n', ''));
  }
  return texts;
}
