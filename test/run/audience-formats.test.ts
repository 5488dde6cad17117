/** Formats of a team's own in a run: they are kept with it, and what is wrong in them is told before it begins. */
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { OpenEngines } from '../../src/cli/open-engines';
import { formatError, isNightjarError } from '../../src/errors';
import { formatPlan } from '../../src/job/plan-text';
import { openBundle } from '../../src/run/bundle';
import { planRun } from '../../src/run/plan-run';
import { beginWith, readFolder, sha256 } from './support/audience-answers';
import { addContacts, makeContact, userId } from './support/small-shop';
import { audienceSource, driveRun, openShop, type Rig, rigUp } from './support/world';

const PARTNER = `about: Our partner
columns:
  - { header: member, from: user_id }
  - { header: mail, from: email, hash: sha256 }
  - { header: tier, attribute: tier, transform: [upper] }
  - { header: run, from: run_id }
file: { type: jsonl }
`;

function source(formats: string, formatFiles: Readonly<Record<string, string>>) {
  const { file, text, template } = audienceSource('formats');
  const audience = `audience: { to: audiences/formats/, attributes: [tier], formats: ${formats} }`;
  return { file, text: text.replace(/^audience: .*$/m, audience), template, formatFiles };
}

let state: string;
let shop: OpenEngines;
let rig: Rig;
beforeAll(async () => {
  state = mkdtempSync(path.join(tmpdir(), 'nightjar-formats-'));
  shop = await openShop(state);
  rig = rigUp(shop);
});
afterAll(async () => {
  await shop.close();
  rmSync(state, { recursive: true, force: true });
});

it('an audience run writes every format that its job names, with the attributes that it asks for', async () => {
  await addContacts(shop, [makeContact(userId(1), { attributes: { tier: 'gold' } })]);
  const job = source('[csv, partner, klaviyo, ses, parquet]', { partner: PARTNER, unused: 'not: right' });
  const runId = await beginWith(rig, job, { slot: '2026-03-02', users: [userId(1)] });
  expect((await driveRun(rig, runId)).state).toBe('finished');

  const files = await readFolder(rig, `audiences/formats/${runId}/`);
  const address = `${userId(1)}@people.example`;
  expect([...files.keys()].sort()).toEqual(
    ['csv', 'klaviyo.csv', 'manifest.json', 'parquet', 'partner.jsonl', 'ses.jsonl'].map((end) => `tea.${end}`),
  );
  expect(files.get('tea.partner.jsonl')).toBe(
    `{"member":"${userId(1)}","mail":"${sha256(address)}","tier":"GOLD","run":"${runId}"}\n`,
  );
  expect(files.get('tea.klaviyo.csv')).toMatch(/,tier\r\n.*,gold\r\n$/);
  expect(files.get('tea.parquet')?.slice(0, 4)).toBe('PAR1');
});

describe('a job', () => {
  const open = (formats: string, files: Readonly<Record<string, string>>) =>
    openBundle(rig.engines, source(formats, files));

  it('opens its formats in its order', async () => {
    const { formats } = await open('[partner, meta]', { partner: PARTNER });
    expect(formats.map(({ name }) => name)).toEqual(['partner', 'meta']);
  });

  it('with a format that there is not is told what there is', async () => {
    await expect(open('[partnr]', { partner: PARTNER })).rejects.toMatchObject({
      code: 'E_JOB_FIELD',
      message: expect.stringContaining('expected a format: csv, jsonl, parquet, meta'),
      fix: 'write "partner" instead of "partnr"',
    });
  });

  it('with a format whose file is wrong is told where', async () => {
    await expect(open('[partner]', { partner: 'about: x\n' })).rejects.toMatchObject({
      code: 'E_FORMAT_FIELD',
      where: { file: 'formats/partner.yaml', line: 1, column: 1 },
    });
  });

  it('cannot take the name of a format of nightjar’s', async () => {
    await expect(open('[meta]', { meta: PARTNER })).rejects.toMatchObject({
      code: 'E_FORMAT_FIELD',
      where: { file: 'formats/meta.yaml' },
      fix: expect.stringContaining('formats/my-meta.yaml'),
    });
  });
});

describe('attributes that a job’s own formats write', () => {
  const planOf = (format: string, slot = '2026-03-03') =>
    planRun(rig.engines, { source: source('[partner]', { partner: format }), slot });
  const errorOf = async (format: string) => {
    const thrown = await planOf(format).catch((error: unknown) => error);
    if (!isNightjarError(thrown)) throw thrown;
    return formatError(thrown);
  };

  it('are refused where no contact has them, with file, line and the nearest name', async () => {
    await addContacts(shop, [makeContact(userId(1), { attributes: { tier: 'gold' } })]);
    expect(await errorOf(PARTNER.replace('attribute: tier', 'attribute: teir'))).toBe(
      `error[E_FORMAT_FIELD] formats/partner.yaml:5:32
  columns[2].attribute is "teir", and no contact has it; attributes are group, tier
  fix: write "attribute: tier"`,
    );
    expect(await errorOf(PARTNER.replace('attribute: tier', 'attribute: email'))).toContain('fix: write "from: email"');
    await expect(planOf(PARTNER)).resolves.toMatchObject({ kind: 'audience' });
  });

  it('are refused by a start as well', async () => {
    const wrong = source('[partner]', { partner: PARTNER.replace('attribute: tier', 'attribute: colour') });
    await expect(beginWith(rig, wrong, { slot: '2026-03-04', users: [userId(1)] })).rejects.toMatchObject({
      code: 'E_FORMAT_FIELD',
      fix: 'import contacts with that column, or name one of these',
    });
  });

  it('are noted where no contact has any attribute yet', async () => {
    await shop.db.updateTable('contact').set({ attributes: '{}' }).execute();
    const plan = await planOf(PARTNER);
    const note = 'no contact has attributes yet, so nobody can tell whether these will be there: tier';
    expect(plan.kind === 'audience' ? plan.notes : []).toContain(note);
    expect(formatPlan(plan)).toContain('  NOTE          no contact has attributes yet');
  });
});
