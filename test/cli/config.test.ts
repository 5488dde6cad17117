/** `nightjar config`, with the examples of docs/settings.md in their order. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { makeTestFolder, ROOT, runNightjar } from '../support/nightjar';
import { readAnswer } from './support/project';

const cwd = makeTestFolder('nightjar-cli-config');
const docs = readFileSync(path.join(ROOT, 'docs', 'settings.md'), 'utf8');
const blocks = (kind: string): readonly string[] =>
  [...docs.matchAll(new RegExp(`^\`\`\`${kind}\\n(.*?)^\`\`\``, 'gms'))].map(([, text = '']) => text);

beforeAll(() => {
  mkdirSync(path.join(cwd, 'config'));
  const [settings = ''] = blocks('yaml');
  writeFileSync(path.join(cwd, 'config', 'nightjar.yaml'), settings);
});

/** Runs the commands of a console block and answers what a person sees of it. */
async function play(block: string): Promise<string> {
  const env: Record<string, string> = {};
  const seen: string[] = [];
  for (const line of block.split('\n').filter((one) => one.startsWith('$ '))) {
    const [command = '', ...words] = line.slice(2).split(' ');
    seen.push(`${line}\n`);
    if (command === 'export')
      for (const word of words) env[word.split('=')[0] ?? ''] = word.slice(word.indexOf('=') + 1);
    else {
      const { stdout, stderr } = await runNightjar(words, { cwd, env });
      seen.push(stdout, stderr);
    }
  }
  return seen.join('').replace(/(default\.yaml:)\d+/g, '$1LINE');
}

it.each(blocks('console'))('answers as docs/settings.md shows, %#', async (block) => {
  const squeeze = (text: string) => text.replace(/ +/g, ' ');
  expect(squeeze(await play(block))).toBe(squeeze(block));
});

it('prints all settings, and where secrets come from, as text and as a document', async () => {
  writeFileSync(path.join(cwd, 'db'), 'postgres://u:hunter2@db.example/shop\n');
  const env = { DATABASE_URL_FILE: 'db', NIGHTJAR_SECRET: 'hunter2'.repeat(5), NIGHTJAR_API_TOKENS_FILE: '/nowhere' };
  const text = await runNightjar(['config'], { cwd, env });
  expect(text).toMatchObject({ code: 0, stderr: '' });
  expect(text.stdout).toMatch(/^database\.url +postgres:\/\/\*\*\*@db\.example\/shop +env DATABASE_URL_FILE$/m);
  expect(text.stdout).toMatch(/^ {2}NIGHTJAR_SECRET +env NIGHTJAR_SECRET$/m);
  expect(text.stdout).toMatch(/^ {2}NIGHTJAR_API_TOKENS +env NIGHTJAR_API_TOKENS_FILE$/m);

  const json = await runNightjar(['config', '--json', '--debug'], { cwd, env });
  const { settings, secrets } = readAnswer(json.stdout);
  expect(settings).toContainEqual({
    key: 'log.level',
    value: 'debug',
    origin: 'flag --debug',
    changed: true,
    secret: false,
  });
  expect(secrets).toContainEqual({ variable: 'NIGHTJAR_IMPORT_FROM', origin: 'not set' });
  expect(`${text.stdout}${json.stdout}`).not.toContain('hunter2');
});

it('ends with 2 and the nearest name for a setting that there is not', async () => {
  const ended = await runNightjar(['config', 'mail.fron', '--json'], { cwd });
  expect(ended.code).toBe(2);
  expect(readAnswer(ended.stdout)).toMatchObject({
    error: {
      code: 'E_USAGE',
      message: 'there is no setting "mail.fron"; did you mean "mail.from"',
      fix: 'nightjar config mail.from',
    },
  });
});

it('prints one setting, a section, and the schema as documents', async () => {
  const one = readAnswer((await runNightjar(['config', 'instance', '--json'], { cwd })).stdout);
  expect(one).toMatchObject({
    key: 'instance',
    value: 'corner-shop',
    layers: [{ wins: true }, { value: 'demo', wins: false }],
  });
  const schema: unknown = JSON.parse((await runNightjar(['config', 'schema'], { cwd })).stdout);
  expect(schema).toMatchObject({ title: 'Settings of nightjar', additionalProperties: false });
});
