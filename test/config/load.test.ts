import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { RESERVED_VARIABLES } from '../../src/config/environment';
import { loadSettings, type SettingsSources } from '../../src/config/load';
import { formatError, isNightjarError } from '../../src/errors';

const defaultText = readFileSync(join(__dirname, '../../config/default.yaml'), 'utf8');

const load = (sources: Partial<SettingsSources> = {}) =>
  loadSettings({ defaultText, files: [], env: {}, overrides: [], ...sources });

function problemsOf(sources: Partial<SettingsSources>): string {
  try {
    load(sources);
  } catch (error) {
    if (isNightjarError(error)) return formatError(error);
    throw error;
  }
  return 'no problem';
}

describe('loadSettings', () => {
  it('takes the defaults where nothing else is given', () => {
    const { settings, origins } = load();
    expect(settings.database.url).toBe('embedded');
    expect(origins.get('database.url')).toBe('default');
  });

  it('lets files override defaults, the environment files, and flags the environment', () => {
    const files = [
      { path: 'config/shop.yaml', text: 'instance: shop\nmail:\n  from: A <a@shop.example>\nlog: { level: warn }\n' },
    ];
    const env = { NIGHTJAR_LOG__LEVEL: 'debug', NIGHTJAR_WORKER__SHARDS: '7' };
    const overrides = [{ path: 'worker.shards', value: '9', flag: '--shards' }];

    const { settings, origins } = load({ files, env, overrides });

    expect(settings).toMatchObject({
      instance: 'shop',
      log: { level: 'debug', format: 'pretty' },
      worker: { shards: 9 },
    });
    expect(
      ['instance', 'mail.from', 'mail.connections', 'log.level', 'worker.shards'].map((name) => origins.get(name)),
    ).toEqual(['config/shop.yaml:1', 'config/shop.yaml:3', 'default', 'env NIGHTJAR_LOG__LEVEL', 'flag --shards']);
  });

  it('reads the customary variables, and prefers its own', () => {
    const env = {
      DATABASE_URL: 'postgres://db.example/shop',
      REDIS_URL: 'redis://redis.example:6379',
      SMTP_URL: '',
      AWS_DEFAULT_REGION: 'eu-west-1',
      AWS_REGION: 'eu-central-1',
      NIGHTJAR_DATABASE__URL: 'postgres://other.example/shop',
    };

    const { settings, origins } = load({ env });

    expect(settings.database.url).toBe('postgres://other.example/shop');
    expect(settings.queue.url).toBe('redis://redis.example:6379');
    expect(settings.mail.url).toBe('embedded');
    expect(settings.aws).toMatchObject({ region: 'eu-central-1', endpoint: 'embedded' });
    expect(origins.get('aws.region')).toBe('env AWS_REGION');
  });

  it('reads variables as the types that the settings have', () => {
    const env = {
      NIGHTJAR_AWS__ENDPOINT: 'null',
      NIGHTJAR_IMAGES: 'null',
      NIGHTJAR_MAIL__RETRY_AFTER_SECONDS: '10, 20.5',
      NIGHTJAR_PRICES__US_EAST_1__SEGMENT_PER_1000: '0.1',
      NIGHTJAR_PUBLICURL: 'https://x.example',
      NIGHTJAR_STORAGE__PREFIX: '',
      NIGHTJAR_STATE: '/anywhere',
    };

    const { settings } = load({ env });

    expect(settings.aws.endpoint).toBeNull();
    expect(settings.images).toBeNull();
    expect(settings.mail.retryAfterSeconds).toEqual([10, 20.5]);
    expect(settings.prices['us-east-1']?.segmentPer1000).toBe(0.1);
    expect(settings.publicUrl).toBe('https://x.example');
  });

  it('reads variables below a map that is null by default, and says what else belongs there', () => {
    const one = { NIGHTJAR_MAIL__DKIM__DOMAIN: 'shop.example' };
    const env = { ...one, NIGHTJAR_MAIL__DKIM__SELECTOR: 'nightjar', NIGHTJAR_DKIM_KEY: 'a secret' };

    const { settings, origins } = load({ env });

    expect(settings.mail.dkim).toEqual({ domain: 'shop.example', selector: 'nightjar', keyFile: null });
    expect(origins.get('mail.dkim.selector')).toBe('env NIGHTJAR_MAIL__DKIM__SELECTOR');
    expect(problemsOf({ env: one })).toContain('mail.dkim.selector');
  });

  it('adds to the named solutions and replaces lists', () => {
    const text =
      'solutions:\n  more: { solution: more, recipe: aws-user-personalization }\nmail: { retryAfterSeconds: [1] }\n';
    const { settings } = load({ files: [{ path: 'f.yaml', text }] });
    expect(Object.keys(settings.solutions)).toEqual(expect.arrayContaining(['picks', 'more']));
    expect(settings.mail.retryAfterSeconds).toEqual([1]);
  });

  it('reports every problem of every source at once, with its place and a fix', () => {
    const text = [
      'instance: Shop',
      'mial:',
      '  from: x',
      'worker:',
      '  shards: many',
      '  retryAfterSeconds: [1]',
      'log: { levle: info, format: xml }',
      'solutions: { mine: { solution: mine } }',
      'storage:',
      '',
    ].join('\n');
    const env = { NIGHTJAR_MIAL__FROM: 'x', NIGHTJAR_MAIL__CONNECTIONS: '-1', DATABASE_URL: 'mysql://u:secret@h/db' };
    const overrides = [{ path: 'queue.url', value: 'nats://x', flag: '--queue' }];

    const problems = problemsOf({ files: [{ path: 'shop.yaml', text }], env, overrides });
    expect(problems).toContain('the keys of a settings file are instance, ');
    expect(problems.replace(/(settings file are) .*/, '$1 …')).toMatchInlineSnapshot(`
"error[E_CONFIG_FIELD] (env NIGHTJAR_MIAL__FROM)
  NIGHTJAR_MIAL__FROM is set, and nightjar has no setting of that name
  fix: write NIGHTJAR_MAIL__FROM instead of NIGHTJAR_MIAL__FROM
error[E_CONFIG_FIELD] (env DATABASE_URL)
  database.url is "mysql://***@h/db"; expected embedded, or a URL such as postgres://user:password@host/database
  fix: set DATABASE_URL to embedded, or remove DATABASE_URL
error[E_CONFIG_FIELD] (flag --queue)
  queue.url is "nats://x"; expected embedded, database, or a URL such as redis://host:6379
  fix: set --queue to embedded, or remove --queue
error[E_CONFIG_FIELD] (env NIGHTJAR_MAIL__CONNECTIONS)
  mail.connections is -1; expected a whole number, 1 or more
  fix: set NIGHTJAR_MAIL__CONNECTIONS to 8, or remove NIGHTJAR_MAIL__CONNECTIONS
error[E_CONFIG_FIELD] shop.yaml:1:11
  instance is "Shop"; expected lower-case letters, digits and dashes, at most 40
  fix: write "instance: demo"
error[E_CONFIG_FIELD] shop.yaml:2:1
  mial is not a key that nightjar knows; the keys of a settings file are …
  fix: write "mail:" instead of "mial:"
error[E_CONFIG_FIELD] shop.yaml:5:11
  worker.shards is "many"; expected a whole number, 1 or more
  fix: write "shards: 2"
error[E_CONFIG_FIELD] shop.yaml:6:3
  worker.retryAfterSeconds is not a key that nightjar knows; the keys of worker are shards, sends, leaseSeconds, drainSeconds
  fix: move "retryAfterSeconds:" below "mail:"
error[E_CONFIG_FIELD] shop.yaml:7:8
  log.levle is not a key that nightjar knows; the keys of log are level, format
  fix: write "level:" instead of "levle:"
error[E_CONFIG_FIELD] shop.yaml:7:29
  log.format is "xml"; expected pretty or json
  fix: write "format: pretty"
error[E_CONFIG_FIELD] shop.yaml:8:14
  solutions.mine.recipe is missing; expected the name of a recipe
  fix: add "recipe: aws-user-personalization"
error[E_CONFIG_FIELD] shop.yaml:9:1
  storage is empty; expected a map of keys
  fix: write 'storage: { bucket: nightjar, prefix: "", endpoint: null }'"
`);
  });

  it('refuses a file that is not a map, and one that is not YAML', () => {
    expect(problemsOf({ files: [{ path: 'f.yaml', text: '- a' }] })).toContain('the file is not a map of settings');
    expect(problemsOf({ files: [{ path: 'f.yaml', text: 'a: [' }] })).toContain('error[E_CONFIG_SYNTAX] f.yaml:1:5');
  });

  it('takes an empty file for one that changes nothing', () => {
    expect(load({ files: [{ path: 'f.yaml', text: '# nothing\n' }] }).settings).toEqual(load().settings);
  });

  it('names the nearest variable of a mistyped one, and tells of all at once', () => {
    const env = {
      NIGHTJAR_WORKER__SENDSS: '2',
      NIGHTJAR_LEASE_SECONDS: '60',
      NIGHTJAR_SEND__RATEE: '50/s',
      NIGHTJAR_CONFGI: 'x',
      NIGHTJAR_IMPORT_FORM: 'x',
      NIGHTJAR_LOG_LEVEL: 'debug',
    };
    const fixes = problemsOf({ env })
      .split('\n')
      .filter((line) => line.includes('fix:'));
    expect(fixes).toEqual([
      '  fix: write NIGHTJAR_CONFIG instead of NIGHTJAR_CONFGI',
      '  fix: write NIGHTJAR_IMPORT_FROM instead of NIGHTJAR_IMPORT_FORM',
      '  fix: write NIGHTJAR_WORKER__LEASE_SECONDS instead of NIGHTJAR_LEASE_SECONDS',
      '  fix: write NIGHTJAR_LOG__LEVEL instead of NIGHTJAR_LOG_LEVEL',
      '  fix: unset NIGHTJAR_SEND__RATEE',
      '  fix: write NIGHTJAR_WORKER__SENDS instead of NIGHTJAR_WORKER__SENDSS',
    ]);
  });

  it('takes no offence at its variables that are no settings', () => {
    const env = Object.fromEntries(RESERVED_VARIABLES.map((name) => [name, 'x']));
    expect(Object.keys(env)).toContain('NIGHTJAR_IMPORT_FROM');
    expect(problemsOf({ env })).toBe('no problem');
  });

  it('takes variables of keys that a named entry may have and the files leave out', () => {
    const text = 'notify: { targets: { crm: { webhook: "https://crm.example/hook" } } }\n';
    const secret = `whsec_${'A'.repeat(43)}=`;
    const env = { NIGHTJAR_NOTIFY__TARGETS__CRM__SECRET: secret };
    expect(load({ files: [{ path: 'f.yaml', text }], env }).settings.notify.targets.crm?.secret).toBe(secret);
  });

  it('leaves the variables alone that Kubernetes makes of a service called nightjar', () => {
    const links = {
      ...{ NIGHTJAR_SERVICE_HOST: '10.0.0.1', NIGHTJAR_SERVICE_PORT: '80', NIGHTJAR_SERVICE_PORT_HTTP: '80' },
      ...{ NIGHTJAR_PORT: 'tcp://10.0.0.1:80', NIGHTJAR_PORT_80_TCP_ADDR: '10.0.0.1', NIGHTJAR_API_PORT_80_TCP: 'x' },
    };
    expect(problemsOf({ env: { ...links, KUBERNETES_SERVICE_HOST: '10.0.0.1' } })).toBe('no problem');
    expect(problemsOf({ env: links }).match(/error/g)).toHaveLength(6);
  });

  it('blames each file for its own unknown keys, and tells what is no YAML in all of them', () => {
    const files = [
      { path: 'a.yaml', text: 'instance: shop\nmial: { form: x }\nlog: { levle: info }\n' },
      { path: 'b.yaml', text: '# b\nmial: { form: x }\nlog: { levle: warn }\n' },
    ];
    const places = problemsOf({ files }).match(/(?<=FIELD\] ).*/g);
    expect(places).toEqual(['a.yaml:2:1', 'a.yaml:3:8', 'b.yaml:2:1', 'b.yaml:3:8']);
    const broken = [...files, { path: 'c.yaml', text: 'a: [' }, { path: 'd.yaml', text: '- a' }];
    expect(problemsOf({ files: broken })).toMatch(/c\.yaml:1:5[\s\S]*d\.yaml:1:1/);
  });
});
