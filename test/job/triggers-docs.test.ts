// biome-ignore-all lint/suspicious/noTemplateCurlyInString: job files write params so.
/** The examples of docs/triggers.md and of `params` in docs/job-file.md. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { formatError, isNightjarError } from '../../src/errors';
import { parseJob } from '../../src/job/parse';

const ROOT = path.join(__dirname, '..', '..');
const read = (file: string) => readFileSync(path.join(ROOT, file), 'utf8');
const [theme, fans] = [...read('docs/triggers.md').matchAll(/```yaml\n# (\S+)\n([\s\S]*?)```/g)].map(
  ([, file = '', text = '']) => ({ file, text }),
);

const start = (source: typeof theme, given: Readonly<Record<string, string>>) =>
  parseJob({ file: source?.file ?? '', text: source?.text ?? '', params: { by: 'given', given } });

it('take what they say that they take', () => {
  expect(start(theme, { launch: '2026-03-09' })).toMatchObject({
    about: 'Picks for friends of coffee',
    params: { theme: 'coffee', minOrders: 1, launch: '2026-03-09' },
    recipients: { where: { likes: 'coffee', orders: { min: 1 }, consent: true } },
  });
  expect(start(fans, { category: 'tea' })).toMatchObject({
    segment: { queries: [{ name: 'fans', query: 'ITEMS.CATEGORY = "tea"' }] },
    audience: { to: 'audiences/tea/' },
  });
  expect(() => start(fans, { category: '../x' })).toThrow(/^audience\.to is "audiences\/\.\.\/x\/"/);
});

it('refuse a value as the page shows', () => {
  const [shown] = /error\[E_JOB_PARAM\][\s\S]*?\n(?=```)/.exec(read('docs/triggers.md')) ?? [];
  try {
    start(theme, { theme: 'cocoa', launch: '2026-03-09' });
  } catch (error) {
    expect(isNightjarError(error) ? `${formatError(error)}\n` : error).toBe(shown);
  }
  expect.assertions(1);
});

it('declare params as docs/job-file.md does', () => {
  const [, text = ''] = /```yaml\n(params:\n[\s\S]*?)```/.exec(read('docs/job-file.md')) ?? [];
  const rest = 'about: Picks\nkind: email\nrecommend: { solution: picks }\ncontent: { template: picks }\n';
  const given = { launch: '2026-05-01', code: 'AB1', languages: 'en,ja' };

  expect(start({ file: 'jobs/picks.yaml', text: `${rest}${text}` }, given).params).toEqual({
    theme: 'coffee',
    minPrice: 10,
    languages: ['en', 'ja'],
    launch: '2026-05-01',
    code: 'AB1',
  });
});
