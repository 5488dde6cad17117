/** What stands in for recommendations: in a preview before a run has them, and in the sample of the guard on the template. */
import type { OpenEngines } from '../../src/cli/open-engines';
import { hashAddress } from '../../src/content/address';
import { currentCatalogueVersion, readCatalogue, saveItems } from '../../src/database/catalogue';
import { openBundle } from '../../src/run/bundle';
import { checkTemplate } from '../../src/run/guards/template-sample';
import { findPerson } from '../../src/run/preview/people';
import { casesOf, openPreview, previewCase } from '../../src/run/preview/preview-mails';
import { testSend } from '../../src/run/preview/test-send';
import { makeTestFolder } from '../support/nightjar';
import { buy, withSolutions } from './support/further-solutions';
import { PEOPLE, SLOT, userId } from './support/small-shop';
import { begin, driveRun, openShop, rigUp } from './support/world';

const PICKS = '{ solution: picks, results: 8 }';
const RELATED = '{ solution: sims, from: related }';
const BODY =
  '{{#if because}}because {{because.title}}|{{/if}}{{#each items}}{{itemId}} {{/each}}{{#each sections}}|{{name}}:{{because.title}}:{{#each items}}{{itemId}} {{/each}}{{/each}}';
const FOOT = '{{sender.postalAddress}} <a href="{{unsubscribeUrl}}">no more</a>';

const folder = makeTestFolder('nightjar-stand-ins');
let shop: OpenEngines;

beforeAll(async () => {
  shop = await openShop(folder);
  await buy(shop, [
    [1, 'i005'],
    [2, 'i007'],
  ]);
}, 120_000);
afterAll(() => shop.close());

function source(name: string, recommend: string, content: string, body = BODY) {
  const files = {
    'subject.hbs': 'Picks',
    'body.html.hbs': `<p>${body}</p>${FOOT}`,
    'body.text.hbs': `${body}\n${FOOT}`,
  };
  const text = `about: A few things
kind: email
recommend: ${recommend}
recipients: { where: { consent: true, group: main } }
content: { template: mini, ${content} }
`;
  return { file: `jobs/${name}.yaml`, text, template: { name: 'mini', files } };
}

type JobSource = ReturnType<typeof source>;

const bundleOf = (job: JobSource) => openBundle(withSolutions(shop), job, { by: 'given', given: {} });

async function previewFor(nth: number, job: JobSource) {
  const bundle = await bundleOf(job);
  const scope = await openPreview(shop, { bundle, source: job, slot: SLOT, run: 'x.preview' });
  const person = await findPerson(shop, { wanted: userId(nth), topic: bundle.job.name });
  const [one] = await casesOf(scope, [person]);
  if (one === undefined) throw new Error('no case');
  return { scope, one, mail: previewCase(scope, one) };
}

describe('a preview', () => {
  it('shows sections that were added since the last run, and says which', async () => {
    const rig = rigUp(shop);
    const plain = source('added', PICKS, 'show: { items: 2 }');
    expect((await previewFor(1, plain)).mail?.items).toBe(
      'popular items stand in: no run has recommendations for this person',
    );
    await driveRun(rig, await begin(rig, plain));
    expect((await previewFor(1, plain)).mail?.items).toBe(`from the run added.${SLOT}`);
    const job = source(
      'added',
      PICKS,
      `show: { items: 2 }, sections: {
        more: { required: true, recommend: ${PICKS}, show: { items: 2 } },
        goes: { recommend: ${RELATED}, show: { items: 2 } } }`,
    );
    const buyer = await previewFor(1, job);

    expect(buyer.mail?.rendered.text).toMatch(/^(i\d+ ){2}\|more::(i\d+ ){2}\|goes::(i\d+ ){2}/);
    expect(buyer.mail?.rendered.text).not.toContain('i005 ');
    expect(buyer.mail?.items).toBe(
      `from the run added.${SLOT}, which has nothing for more, goes: popular items stand in`,
    );
    const to = { name: '', address: 'tester@shop.example' };
    expect(await testSend(shop, { scope: buyer.scope, one: buyer.one, to })).toMatchObject({
      outcome: { kind: 'accepted' },
    });
    // Who has bought nothing would not get the section either.
    expect((await previewFor(9, job)).mail?.rendered.text).not.toContain('|goes');
  });

  it('shows of a part that ranks a list nothing else than the list', async () => {
    const content = `show: { items: 4 }, sections: {
      fresh: { recommend: { solution: ranking, from: { newest: 2, category: tea } }, show: { items: 4 } } }`;
    const catalogue = await readCatalogue(shop.db, await currentCatalogueVersion(shop.db));
    const teas = [...catalogue.values()].filter(({ categories }) => categories.includes('tea'));
    const dated = teas.map((item, n) => ({ ...item, createdAt: `2026-01-${String(n + 10)}T00:00:00.000Z` }));
    await saveItems(shop.db, dated, { replace: false, now: Date.now() });
    const job = source('listed', '{ solution: ranking, from: { list: [i003, i001, gone] } }', content);

    const { mail } = await previewFor(9, job);

    const newest = dated.slice(-2).map(({ itemId }) => itemId);
    expect(mail?.rendered.text).toMatch(new RegExp(`^i003 i001 \\|fresh::${newest.reverse().join(' ')} \\n`));
    expect(mail?.items).toBe('items that are not ranked yet stand in: no run has recommendations for this person');
  });

  it('names no reason above items that stand in', async () => {
    const { mail } = await previewFor(1, source('because', `{ solution: sims, from: related }`, 'show: { items: 3 }'));
    expect(mail?.rendered.text).toMatch(/^(i\d+ ){3}\n/);
    expect(mail?.rendered.text).not.toContain('i005 ');
  });

  it('says that a run without a fallback would not show them', async () => {
    const job = source('alone', `{ solution: sims, from: related }`, 'show: { items: 3, fallback: none }');
    expect((await previewFor(1, job)).mail?.items).toBe(
      'popular items stand in: no run has recommendations for this person; a run shows only what is recommended (fallback: none)',
    );
  });
});

describe('the guard on the template', () => {
  async function check(job: JobSource) {
    const { job: parsed, template } = await bundleOf(job);
    if (parsed.kind !== 'email' || template === undefined) throw new Error('no e-mail job');
    const people = Array.from({ length: PEOPLE }, (_, n) => userId(n + 1));
    return checkTemplate(shop, 0, {
      job: parsed,
      template,
      run: { runId: `guarded.${SLOT}`, slot: SLOT },
      catalogueVersion: await currentCatalogueVersion(shop.db),
      popular: [],
      recipients: people.map((id) => ({ userId: id, addressHash: hashAddress(`${id}@people.example`) })),
    });
  }
  const goes = (rules: string, body: string) =>
    source('guarded', PICKS, `show: { items: 2 }, sections: { goes: { ${rules} } }`, body);

  it('finds what is wrong with a theme alone', async () => {
    const themed = 'recommend: { solution: similar, from: related, themes: true }, show: { items: 2 }';
    const body = '{{#each sections}}{{#if theme}}[object Object]{{/if}}{{/each}}';
    expect(await check(goes(themed, body))).toMatchObject({ trips: true, measure: 1 });
    const own = source('guarded', '{ solution: similar, from: related, themes: true }', 'show: { items: 2 }');
    const files = { ...own.template.files, 'body.text.hbs': `{{#if theme}}[object Object]{{/if}}${FOOT}` };
    expect(await check({ ...own, template: { ...own.template, files } })).toMatchObject({ trips: true, measure: 1 });
  });

  it('renders with what there is where a required section needs more', async () => {
    const few =
      'required: true, recommend: { solution: ranking, from: { list: [i001, i002] } }, show: { items: 4, min: 4 }';
    const listed = '{{#each sections}}{{#each items}}{{itemId}} {{/each}}{{/each}}';
    expect(await check(goes(few, listed))).toMatchObject({
      trips: false,
      figure: '0 of 40 sample e-mails are wrong (0 %)',
    });
    const wrong = '{{#each sections}}[object Object]{{/each}}';
    expect(await check(goes(few, wrong))).toMatchObject({ trips: true, measure: 1 });
  });

  it('tries a part that ranks a list with its items alone', async () => {
    const one = 'recommend: { solution: ranking, from: { list: [i004] } }, show: { items: 3 }';
    const body =
      '{{#each sections}}{{#each items}}{{#unless (eq itemId "i004")}}[object Object]{{/unless}}{{/each}}{{/each}}';
    expect(await check(goes(one, body))).toMatchObject({ trips: false });
  });

  it('says how many could not be made at all', async () => {
    const none = 'required: true, recommend: { solution: picks, results: 8 }, show: { items: 2, minPrice: 1000000 }';
    expect(await check(goes(none, BODY))).toMatchObject({
      figure: '0 of 0 sample e-mails are wrong (0 %); 40 could not be made, the first: section_missing',
    });
  });
});
