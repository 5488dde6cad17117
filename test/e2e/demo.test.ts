/** A newcomer's first night: `nightjar demo`, looked at as a stranger would. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { DeleteFilterCommand } from '@aws-sdk/client-personalize';
import { parse } from 'csv-parse/sync';
import { type ParsedMail, simpleParser } from 'mailparser';
import type { OpenEngines } from '../../src/cli/open-engines';
import { popularItems } from '../../src/database/people/interactions';
import { generateShop } from '../../src/sample/shop';
import { messageIdOf, readNight } from '../support/night-invariants';
import { type Ended, listFiles, makeTestFolder, runNightjar } from '../support/nightjar';
import { openState } from '../support/open-state';

const folder = makeTestFolder('nightjar-demo');
const state = path.join(folder, 'state');
const SEED = 7;
let first: Ended;

beforeAll(async () => {
  first = await runNightjar(['demo', '--state', state, '--json', '--seed', String(SEED)]);
}, 120_000);

describe('the demo', () => {
  it('ends well with one JSON document on stdout', () => {
    expect({ code: first.code, stderr: first.code === 0 ? '' : first.stderr }).toEqual({ code: 0, stderr: '' });
    expect(JSON.parse(first.stdout)).toMatchObject({ version: 1, doneBefore: false });
  });

  it('leaves more than a thousand e-mails and an audience file for each query', () => {
    expect(listFiles(path.join(state, 'inbox'), '.eml').length).toBeGreaterThanOrEqual(1000);
    expect(
      listFiles(path.join(state, 's3'), '.csv').filter((file) => file.includes('audiences')).length,
    ).toBeGreaterThanOrEqual(2);
  });

  it('reports counts that add up', () => {
    const night: { runs: { chosen?: number; deliveries?: Record<string, number> }[] } = JSON.parse(first.stdout);
    const email = night.runs.find((run) => run.deliveries !== undefined);
    const sum = Object.values(email?.deliveries ?? {}).reduce((total, count) => total + count, 0);
    expect(sum).toBe(email?.chosen);
    expect(email?.deliveries?.accepted).toBe(listFiles(path.join(state, 'inbox'), '.eml').length);
  });

  it('writes a report that needs no server', () => {
    const { report }: { report: string } = JSON.parse(first.stdout);
    const html = readFileSync(report, 'utf8');
    expect(html).toContain('data:image/png;base64,');
    expect(html.match(/<iframe/g)).toHaveLength(3);
  });

  it('sends mails that a strict parser reads, each once and with a way out', async () => {
    const files = listFiles(path.join(state, 'inbox'), '.eml');
    const ids = new Set<string>();
    for (const file of files) {
      const raw = readFileSync(file);
      const mail = await simpleParser(raw, { skipImageLinks: true, skipTextToHtml: true });
      ids.add(mail.messageId ?? '');
      const lines = raw.toString('latin1').split('\r\n');
      expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(998);
      expect(mail.subject).toBeTruthy();
      expect(mail.html).toContain('https://shop.example/items/');
      expect(mail.text).toContain('https://shop.example/u/');
      expect(headerOf(mail, 'list-unsubscribe-post')).toEqual(['List-Unsubscribe=One-Click']);
      expect(headerOf(mail, 'list-unsubscribe')).toHaveLength(1);
      expect(mail.html).not.toMatch(/\{\{|undefined|\[object/);
    }
    expect(ids.size).toBe(files.length);
  }, 120_000);

  it('writes audience files that a CSV library reads', () => {
    for (const file of listFiles(path.join(state, 's3'), '.csv').filter((name) => name.includes('audiences'))) {
      const rows: Record<string, string>[] = parse(readFileSync(file), { columns: true });
      expect(rows.length).toBeGreaterThan(10);
      const ids = rows.map((row) => row.user_id);
      expect(new Set(ids).size).toBe(ids.length);
      expect(rows.every((row) => row.email === '' || /@/.test(row.email ?? ''))).toBe(true);
    }
  });
});

describe('what was sent', () => {
  let engines: OpenEngines;
  beforeAll(async () => {
    engines = await openState(state);
  });
  afterAll(async () => engines.close());

  it('fits the tastes of the people: 1.3 times the affinity of the best sellers, and no more once ids are shuffled', async () => {
    const shop = generateShop(SEED);
    const rows = await engines.db
      .selectFrom('delivery')
      .select(['user_id', 'slate'])
      .where('state', '=', 'accepted')
      .where('fallback', '=', false)
      .orderBy('user_id')
      .execute();
    const slates = rows.map((row) => ({ userId: row.user_id, items: readItems(row.slate).slice(0, 6) }));
    const mean = (userAt: (index: number) => string, itemsAt: (index: number) => readonly string[]) =>
      average(slates.map((_, index) => average(itemsAt(index).map((item) => shop.affinity(userAt(index), item)))));
    const bestSellers = await popularItems(engines.db, { since: 0, limit: 6 });
    const own = (index: number) => slates[index]?.userId ?? '';
    const other = (index: number) => slates[(index + Math.floor(slates.length / 2)) % slates.length]?.userId ?? '';
    const shown = mean(own, (index) => slates[index]?.items ?? []);
    const popular = mean(own, () => bestSellers);
    const shuffled = mean(other, (index) => slates[index]?.items ?? []);
    expect(shown / popular).toBeGreaterThanOrEqual(1.3);
    expect(shuffled / popular).toBeLessThanOrEqual(1.05);
  });

  it('is nothing that its reader has bought', async () => {
    const shop = generateShop(SEED);
    const purchases = shop.interactions.filter((event) => event.eventType === 'purchase');
    const bought = new Set(purchases.map((event) => `${event.userId} ${event.itemId}`));
    const userOf = new Map(shop.contacts.map((contact) => [contact.email?.toLowerCase(), contact.userId]));
    const rows = await engines.db.selectFrom('delivery').select(['user_id', 'slate']).execute();
    const slates = new Map(rows.map((row) => [row.user_id, readItems(row.slate)]));
    const shown: { readonly pair: string; readonly isPopular: boolean }[] = [];
    for (const file of listFiles(path.join(state, 'inbox'), '.eml')) {
      const mail = await simpleParser(readFileSync(file), { skipImageLinks: true, skipTextToHtml: true });
      const userId = userOf.get([mail.to ?? []].flat()[0]?.value[0]?.address?.toLowerCase()) ?? '';
      const links = String(mail.html).matchAll(/https:\/\/shop\.example\/items\/([a-z]+-\d+)/g);
      for (const item of new Set(Array.from(links, (link) => link[1] ?? ''))) {
        const isPopular = slates.get(userId)?.includes(item) !== true;
        shown.push({ pair: `${userId} ${item}`, isPopular });
      }
    }
    expect(shown.length).toBeGreaterThan(6000);
    expect(shown.filter(({ pair, isPopular }) => !isPopular && bought.has(pair))).toEqual([]);
    // Popular items, which no filter sees, fill the gaps that sold-out ones leave.
    expect(shown.filter(({ isPopular }) => isPopular).length / shown.length).toBeLessThan(0.02);
    const seen = new Set(shop.interactions.map((event) => `${event.userId} ${event.itemId}`));
    expect(shown.some(({ pair }) => seen.has(pair))).toBe(true);
  }, 60_000);

  it('cost one batch job a fingerprint', async () => {
    const night = await readNight(engines);
    expect(night.batchJobs).toHaveLength(3);
    expect(new Set(night.batchJobs).size).toBe(3);
    expect(night.fingerprints).toBe(3);
  });
});

describe('a second demo', () => {
  it('sends nothing twice, buys nothing twice, and says why', async () => {
    const before = listFiles(path.join(state, 'inbox'), '.eml');
    const again = await runNightjar(['demo', '--state', state, '--seed', String(SEED)]);
    expect(again.code).toBe(0);
    expect(again.stdout).toContain('This night was done before: nothing was sent and nothing was bought.');
    expect(listFiles(path.join(state, 'inbox'), '.eml')).toEqual(before);
    const ids = before.map((file) => messageIdOf(readFileSync(file, 'latin1')));
    expect(new Set(ids).size).toBe(ids.length);
  }, 60_000);
});

describe('a demo on a state folder whose shop has no filter, as older versions made it', () => {
  it('makes the filter, which the plan of the next night names', async () => {
    const engines = await openState(state);
    const { region, roleArn } = engines.settings.aws;
    const filterArn = `arn:aws:personalize:${region}:${roleArn.split(':')[4]}:filter/not-bought`;
    await engines.personalize.send(new DeleteFilterCommand({ filterArn }));
    await engines.close();
    const plan = () => runNightjar(['plan', 'nightly-picks', '--state', state]);
    expect((await plan()).stderr).toContain('error[E_RECO_FILTER]');
    expect((await runNightjar(['demo', '--state', state, '--seed', String(SEED)])).code).toBe(0);
    const { code, stdout } = await plan();
    expect({ code, filter: stdout.includes(filterArn) }).toEqual({ code: 0, filter: true });
  }, 60_000);
});

describe('the other example jobs', () => {
  const jobs = ['because-you-bought', 'back-in-stock', 'hand-picked', 'win-back', 'editorial'];
  let engines: OpenEngines;
  // The commands share its services, so that each need not start them.
  beforeAll(async () => {
    engines = await openState(state);
  }, 30_000);
  afterAll(async () => engines.close());

  it.each(jobs)(
    '%s can be planned and previewed',
    async (job) => {
      const planned = await runNightjar(['plan', job, '--state', state, '--json']);
      expect({ code: planned.code, stderr: planned.stderr }).toEqual({ code: 0, stderr: '' });
      const plan: { recipients: number; leftOut: { name: string }[] } = JSON.parse(planned.stdout);
      expect(plan.recipients).toBeGreaterThan(100);
      const isPurchaseNeeded = plan.leftOut.some(({ name }) => name === 'nothing_bought');
      expect(isPurchaseNeeded).toBe(job === 'because-you-bought');
      const previewed = await runNightjar(['preview', job, '--state', state, '--json']);
      expect({ code: previewed.code, stderr: previewed.stderr }).toEqual({ code: 0, stderr: '' });
      const { mails }: { mails: { warnings: unknown[] }[] } = JSON.parse(previewed.stdout);
      expect(mails).toHaveLength(3);
      expect(mails.flatMap(({ warnings }) => warnings)).toEqual([]);
    },
    60_000,
  );
});

describe('an example job with sections', () => {
  it('makes an e-mail of several lists', async () => {
    const before = new Set(listFiles(path.join(state, 'inbox'), '.eml'));
    const run = await runNightjar(['run', 'editorial', '--limit', '60', '--state', state, '--json']);
    expect(run.code).toBe(0);
    const files = listFiles(path.join(state, 'inbox'), '.eml').filter((file) => !before.has(file));
    expect(files.length).toBeGreaterThan(50);
    const mails = await Promise.all(files.map((file) => simpleParser(readFileSync(file))));
    const english = mails.flatMap(({ text }) => (text?.includes('From the counter') ? [text] : []));
    const goes = english.filter((text) => text.includes('Whoever took home'));
    expect(english.length).toBeGreaterThan(20);
    expect(english.every((text) => text.includes('## New this week'))).toBe(true);
    expect(goes.length).toBeGreaterThan(english.length / 2);
    // What Personalize calls them stands above what goes with the thing bought.
    expect(goes.every((text) => /^## [A-Z].+\n\nWhoever took home/m.test(text))).toBe(true);
    for (const text of english) {
      const items = [...text.matchAll(/\/items\/(\S+)/g)].map(([, id]) => id);
      expect(new Set(items).size).toBe(items.length);
    }
  }, 120_000);
});

/** All values of a header, as written. */
function headerOf(mail: ParsedMail, name: string): readonly string[] {
  const lines = mail.headerLines.filter((header) => header.key === name);
  return lines.map((header) => header.line.slice(header.line.indexOf(':') + 1).trim());
}

function readItems(slate: unknown): readonly string[] {
  return Array.isArray(slate) ? slate.filter((item) => typeof item === 'string') : [];
}

function average(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
