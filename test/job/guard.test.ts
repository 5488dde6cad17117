/** Guards as a job file writes them, and the examples of docs/guards.md and docs/money.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings } from '../../src/config/load';
import { parseJob } from '../../src/job/parse';
import { parseMoney } from '../../src/units';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const examplesOf = (file: string) => [...read(file).matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)];

const EMAIL = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';

function problemOf(text: string): string {
  try {
    parseJob({ file: 'jobs/picks.yaml', text });
    return 'no problem';
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}

it('reads the guards of the examples', () => {
  const [email, audience] = examplesOf('docs/guards.md').map(([, file = '', text = '']) => parseJob({ file, text }));
  expect(email?.guard).toEqual({
    cost: { amount: 25, currency: 'USD' },
    recipients: { min: 1000, max: 200_000, change: 0.3 },
    templateErrors: 0,
    modelAge: 30 * 86_400_000,
    lineErrors: 0.01,
    itemShare: 0.2,
    fallbackShare: 0.3,
    excludedShare: 0.2,
  });
  expect(audience?.guard).toEqual({
    cost: { amount: 10, currency: 'USD' },
    modelAge: 30 * 86_400_000,
    incrementalImports: 0,
    lineErrors: 0,
    members: { min: 100, change: 0.3 },
  });
  expect(parseJob({ file: 'jobs/picks.yaml', text: EMAIL }).guard).toBeUndefined();
});

it('reads the prices and the budget of the example', () => {
  const [[, file = '', text = ''] = []] = examplesOf('docs/money.md');
  const { settings } = loadSettings({
    defaultText: read('config/default.yaml'),
    files: [{ path: file, text }],
    env: {},
    overrides: [],
  });
  expect(settings.budget.month).toBe('200 USD');
  expect(settings.prices['eu-central-1']).toMatchObject({ realTime: 0.2, recommenders: null, asOf: '2026-01-01' });
});

it.each([
  ['guard: { cost: 25 }', 'guard.cost is 25; expected an amount such as 25 USD'],
  ['guard: { cost: 25 usd }', 'guard.cost is "25 usd"; expected an amount such as 25 USD'],
  ['guard: { itemShare: 0.2 }', 'guard.itemShare is 0.2; expected a share such as 20%'],
  ['guard: { modelAge: 3s }', 'guard.modelAge is "3s"; expected a duration of at least a minute such as 30d'],
  ['guard: { incrementalImports: 0 }', 'guard.incrementalImports is not a key that nightjar knows'],
  [
    'guard: { recipients: { min: 5, max: 4 } }',
    'guard.recipients.min is 5; expected at most guard.recipients.max, which is 4',
  ],
])('refuses %s', (line, problem) => {
  expect(problemOf(`${EMAIL}${line}\n`)).toContain(problem);
});

it.each([
  ['25 USD', { amount: 25, currency: 'USD' }],
  ['0.5EUR', { amount: 0.5, currency: 'EUR' }],
  ['-1 USD', undefined],
  ['1,000 USD', undefined],
  ['USD 5', undefined],
])('reads the amount %s', (text, money) => {
  expect(parseMoney(text)).toEqual(money);
});
