/** Secrets in settings: that none that was put in anywhere comes out, neither where settings are shown nor in an error about them. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { formatDetails, formatSettings } from '../../src/cli/config-text';
import { describeSchema, type FieldSchema } from '../../src/config/field-schema';
import { findSettings, listSettings } from '../../src/config/listing';
import { loadSettings, type SettingsSources } from '../../src/config/load';
import { maskScalar, secretKindOf } from '../../src/config/secret';
import { findSecret } from '../../src/config/secret-files';
import { settingsSchema } from '../../src/config/settings';
import { describeError, formatError, isNightjarError } from '../../src/errors';

const defaultText = readFileSync(join(__dirname, '../../config/default.yaml'), 'utf8');

/** Everything that `nightjar config` can answer of these sources, or the error that it ends with. */
function everythingShown(sources: Partial<SettingsSources>): { readonly text: string; readonly failed: boolean } {
  try {
    const loaded = loadSettings({ defaultText, files: [], env: {}, overrides: [], ...sources });
    const rows = listSettings(loaded);
    const all = rows.flatMap(({ key, secret, changed }) => (secret || changed ? [findSettings(loaded, key)] : []));
    const details = all.flatMap((one) => ('layers' in one ? [formatDetails(one)] : []));
    return { text: [formatSettings(rows), ...details, JSON.stringify([rows, all])].join('\n'), failed: false };
  } catch (error) {
    if (!isNightjarError(error)) throw error;
    return { text: `${formatError(error)}\n${JSON.stringify(describeError(error))}`, failed: true };
  }
}

const WORD = 'hunter2';
const noise = fc.stringMatching(/^[!-~]{0,12}$/).filter((text) => !text.includes('//') && !text.includes(WORD));
/** A password with characters that break URLs and YAML. */
const password = fc.tuple(noise, noise).map(([before, after]) => `${before}${WORD}${after}`);

/** What a person may write where a secret is held: right, wrong, and as the secret alone. */
const FORMS: Readonly<Record<string, readonly ((secret: string) => string)[]>> = {
  'database.url': [
    (s) => `postgres://shop:${s}@db.example:5432/shop?sslmode=require`,
    (s) => `mysql://shop:${s}@db`,
    (s) => s,
  ],
  'queue.url': [(s) => `redis://:${s}@redis.example:6379`, (s) => `redis-sentinel://:${s}@a:1,b:2/main`, (s) => s],
  'mail.url': [(s) => `smtps://user:${s}@relay.example:465`, (s) => `smtp//user:${s}@relay`, (s) => s],
  'notify.targets.crm.webhook': [
    (s) => `https://u:${s}@crm.example/hook`,
    (s) => `https://crm.example/hook?key=${s}`,
    (s) => s,
  ],
  'notify.targets.crm.secret': [(s) => `whsec_${s}`, (s) => s],
  'notify.targets.chat.slack': [(s) => `https://hooks.slack.com/services/T0/B0/${s}`, (s) => s],
  // A map in whose place the secret itself stands, and places where it has no business.
  database: [(s) => `postgres://shop:${s}@db.example/shop`],
  notify: [(s) => `https://hooks.slack.com/services/T0/B0/${s}`],
  'notify.targets.chat': [(s) => `https://hooks.slack.com/services/T0/B0/${s}`],
  instance: [(s) => `postgres://shop:${s}@db.example/shop`],
  'notify.default.0': [(s) => `https://hooks.slack.com/services/T0/B0/${s}`],
  publicUrl: [(s) => `https://user:${s}@shop.example`],
};

const PLACES = Object.entries(FORMS).flatMap(([path, forms]) => forms.map((form, index) => ({ path, form, index })));

/** A settings file with one value, as YAML that quotes it or not. */
function fileWith(path: string, value: string): string {
  const keys = path.replace(/\.0$/, '').split('.');
  // An item of a list by itself: within brackets a comma of the secret would end it.
  const last = path.endsWith('.0') ? `\n    - ${value}` : ` ${value}`;
  return `${keys.map((key, depth) => `${'  '.repeat(depth)}${key}:`).join('\n')}${last}\n`;
}

describe('a secret', () => {
  it.each(PLACES)('does not come out of $path, form $index', ({ path, form }) => {
    const name = `NIGHTJAR_${path
      .replace(/([a-z])([A-Z])/g, '$1_$2')
      .replace(/\./g, '__')
      .toUpperCase()}`;
    fc.assert(
      fc.property(password, fc.boolean(), (secret, isQuoted) => {
        const value = form(secret);
        const files = [{ path: 'shop.yaml', text: fileWith(path, isQuoted ? JSON.stringify(value) : value) }];
        const overrides = [{ path, value, flag: '--x' }];
        const shown = [{ files }, { env: { [name]: value } }, { overrides }].map(everythingShown);
        return shown.every(({ text }) => !text.includes(WORD));
      }),
      { numRuns: 6 },
    );
  });

  it('is masked where it is right, beside what is none', () => {
    const env = {
      DATABASE_URL: 'postgres://shop:hunter2@db.example:5432/shop?sslmode=require&password=hunter2',
      REDIS_URL: 'redis-sentinel://:hunter2@a.example:26379,b.example/main',
      SMTP_URL: 'smtps://AKIA:hun%40ter2@relay.example:465?maxMessages=100',
    };
    const text = [
      'notify:',
      '  targets:',
      `    crm: { webhook: "https://u:hunter2@crm.example/hook", secret: "whsec_${'A'.repeat(32)}" }`,
      '    chat: { slack: "https://hooks.slack.com/services/T0/B0/hunter2" }',
      '',
    ].join('\n');
    const shown = everythingShown({ env, files: [{ path: 'shop.yaml', text }] });
    expect(shown.failed).toBe(false);
    expect(shown.text).not.toMatch(/hunter2|AKIA|hun%40|T0\/B0|AAAA/);
    expect(shown.text).toMatch(
      /^database\.url .* postgres:\/\/\*\*\*@db\.example:5432\/shop\?sslmode=require&password=\*\*\* +env DATABASE_URL$/m,
    );
    expect(shown.text).toMatch(
      /^queue\.url .*redis-sentinel:\/\/\*\*\*@a\.example:26379,b\.example\/main +env REDIS_URL$/m,
    );
    expect(shown.text).toMatch(/^mail\.url .*smtps:\/\/\*\*\*@relay\.example:465\?maxMessages=100 +env SMTP_URL$/m);
    expect(shown.text).toMatch(/^notify\.targets\.chat\.slack .*"?\*\*\*"? +shop\.yaml:4$/m);
  });

  it.each(['embedded', 'database', 'ses', 'ses://eu-west-1?configurationSet=shop', 'redis://h:6379', null, ''])(
    'is not suspected in %s',
    (value) => expect(maskScalar(value, 'url')).toBe(value),
  );
});

/** Settings whose names sound like a secret, and why they are none. */
const NO_SECRETS: Readonly<Record<string, string>> = {
  'aws.kmsKeyArn': 'the name of a key',
  'mail.dkim.keyFile': 'the name of a file',
  'destinations.*.keyFile': 'the name of a file',
  'destinations.*.kmsKeyArn': 'the name of a key',
  'destinations.*.hostKey': 'the fingerprint of a public key',
  publicUrl: 'stands in every mail',
  'images.url': 'stands in every mail',
};

function listLeaves(node: FieldSchema, path: readonly string[] = []): readonly (readonly [string, FieldSchema])[] {
  const inside = [node, ...(node.anyOf ?? [])].flatMap((one) => (typeof one === 'object' ? [one] : []));
  const below = inside.flatMap((one) => [
    ...Object.entries(one.properties ?? {}).map(([key, child]) => ({ key, child })),
    ...(typeof one.additionalProperties === 'object' ? [{ key: '*', child: one.additionalProperties }] : []),
  ]);
  if (below.length === 0) return [[path.join('.'), node]];
  return below.flatMap(({ key, child }) => (typeof child === 'object' ? listLeaves(child, [...path, key]) : []));
}

it('every setting that sounds like a secret is said to be one', () => {
  const leaves = listLeaves(describeSchema(settingsSchema));
  const suspects = leaves.filter(([name]) => /url$|key|secret|token|password|credential|slack|webhook/i.test(name));
  const open = suspects.filter(([name, node]) => secretKindOf(node) === undefined && !(name in NO_SECRETS));
  expect(open.map(([name]) => name)).toEqual([]);
  expect(suspects.length).toBeGreaterThan(5);
});

describe('a secret from a file', () => {
  const texts: Readonly<Record<string, string>> = {
    '/run/secrets/db': 'postgres://shop:hunter2@db.example/shop\n',
    '/run/secrets/empty': '\n',
    '/run/secrets/sign': `${'5'.repeat(64)}\r\n`,
  };
  const readText = (file: string): string => {
    const text = texts[file];
    if (text === undefined) throw Object.assign(new Error('no such file'), { code: 'ENOENT' });
    return text;
  };
  const shownWith = (env: Readonly<Record<string, string>>) => everythingShown({ env, readText }).text;

  it.each(['DATABASE_URL_FILE', 'NIGHTJAR_DATABASE__URL_FILE'])('is taken by %s, without its line break', (name) => {
    const { settings, origins } = loadSettings({
      ...{ defaultText, files: [], overrides: [], readText },
      env: { [name]: '/run/secrets/db' },
    });
    expect(settings.database.url).toBe('postgres://shop:hunter2@db.example/shop');
    expect(origins.get('database.url')).toBe(`env ${name}`);
    expect(shownWith({ [name]: '/run/secrets/db' })).not.toContain('hunter2');
  });

  it('is refused, with every problem at once, where it is doubled, empty, away, or no secret', () => {
    const env = {
      ...{ DATABASE_URL: 'postgres://shop:hunter2@db/shop', DATABASE_URL_FILE: '/run/secrets/db' },
      ...{ SMTP_URL_FILE: '/run/secrets/nothing', REDIS_URL_FILE: '/run/secrets/empty' },
      ...{ NIGHTJAR_MAIL__FROM_FILE: '/run/secrets/db', NIGHTJAR_MAIL__FORM_FILE: 'x' },
    };
    expect(shownWith(env)).not.toContain('hunter2');
    expect(shownWith(env).split('\n{')[0]).toMatchInlineSnapshot(`
"error[E_CONFIG_FIELD] (env DATABASE_URL_FILE)
  DATABASE_URL and DATABASE_URL_FILE are both set
  fix: unset one of them
error[E_CONFIG_FIELD] (env REDIS_URL_FILE)
  the file that REDIS_URL_FILE names is empty
  fix: write the secret into it
error[E_CONFIG_FIELD] (env SMTP_URL_FILE)
  the file that SMTP_URL_FILE names can't be read (ENOENT)
  fix: name a file that nightjar may read
error[E_CONFIG_FIELD] (env NIGHTJAR_MAIL__FORM_FILE)
  NIGHTJAR_MAIL__FORM_FILE is set, and nightjar has no setting of that name
  fix: write NIGHTJAR_MAIL__FROM instead of NIGHTJAR_MAIL__FORM_FILE
error[E_CONFIG_FIELD] (env NIGHTJAR_MAIL__FROM_FILE)
  NIGHTJAR_MAIL__FROM_FILE is set, and only secrets are taken from files
  fix: set NIGHTJAR_MAIL__FROM instead of NIGHTJAR_MAIL__FROM_FILE"
`);
  });

  it('also where it is no setting', () => {
    const secretOf = (env: Readonly<Record<string, string>>) => findSecret('NIGHTJAR_SECRET', env, readText)?.text;
    expect(secretOf({ NIGHTJAR_SECRET_FILE: '/run/secrets/sign' })).toBe('5'.repeat(64));
    expect(secretOf({ NIGHTJAR_SECRET: 'own' })).toBe('own');
    expect(() => secretOf({ NIGHTJAR_SECRET: 'own', NIGHTJAR_SECRET_FILE: '/run/secrets/sign' })).toThrow('both set');
    expect(shownWith({ NIGHTJAR_SECRET_FILE: '/run/secrets/sign' })).not.toContain('error');
  });
});
