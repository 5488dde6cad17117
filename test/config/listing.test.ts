/** What `nightjar config` lists: values, origins, layers, names that are near; and the JSON Schema for editors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { parse } from 'yaml';
import { formatDetails, formatSettings } from '../../src/cli/config-text';
import { settingsEditorSchema } from '../../src/config/editor-schema';
import { findSettings, listSettings } from '../../src/config/listing';
import { loadSettings } from '../../src/config/load';

const read = (file: string): string => readFileSync(join(__dirname, '../..', file), 'utf8');
const defaultText = read('config/default.yaml');
const lineOf = (start: string): number => defaultText.split('\n').findIndex((line) => line.startsWith(start)) + 1;

const loaded = loadSettings({
  defaultText,
  files: [
    {
      path: 'config/nightjar.yaml',
      text: 'instance: shop\nimages: null\nmail:\n  from: Shop <a@shop.example>\n  connections: 8\n',
    },
    {
      path: 'night.yaml',
      text: 'mail: { from: "Night <n@shop.example>" }\nprices: { eu-west-1: { inferencePer1000: 0.1, segmentPer1000: null, trainingHour: null, currency: EUR, asOf: "2026-01-01" } }\n',
    },
  ],
  env: { SMTP_URL: 'smtps://u:hunter2@relay.example:465', NIGHTJAR_MAIL__URL: 'smtps://u:hunter3@other.example:465' },
  overrides: [{ path: 'log.level', value: 'debug', flag: '--debug' }],
});
const rows = listSettings(loaded);
const row = (key: string) => rows.find((one) => one.key === key);

describe('listSettings', () => {
  it('has every setting once, with its value and origin', () => {
    expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
    expect(row('queue.url')).toEqual({
      ...{ key: 'queue.url', value: 'embedded', changed: false, secret: true },
      origin: `config/default.yaml:${lineOf('queue:') + 1}`,
    });
    expect(row('instance')).toMatchObject({ value: 'shop', origin: 'config/nightjar.yaml:1', changed: true });
    expect(row('mail.from')).toMatchObject({ value: 'Night <n@shop.example>', origin: 'night.yaml:1' });
    expect(row('mail.url')).toMatchObject({ value: 'smtps://***@other.example:465', origin: 'env NIGHTJAR_MAIL__URL' });
    expect(row('log.level')).toMatchObject({ value: 'debug', origin: 'flag --debug' });
    expect(row('images')).toMatchObject({ value: null, origin: 'config/nightjar.yaml:2' });
    expect(row('mail.retryAfterSeconds')?.value).toEqual([300, 900, 1800, 3600, 7200, 14400, 28800]);
    expect(row('prices.eu-west-1.realTime')).toMatchObject({ value: null, origin: 'not set' });
    expect(rows.some(({ origin }) => origin.includes('undefined'))).toBe(false);
  });

  it('tells what differs from the default, not what is merely said again', () => {
    const changed = rows.filter((one) => one.changed).map(({ key }) => key);
    expect(changed).toEqual(expect.arrayContaining(['instance', 'images', 'mail.from', 'mail.url', 'log.level']));
    expect(changed).not.toContain('mail.connections');
    expect(changed).not.toContain('database.url');
  });

  it('is printed in columns, a blank line between sections', () => {
    const text = formatSettings(rows);
    expect(text).toMatch(/^instance +shop +config\/nightjar\.yaml:1$/m);
    expect(text).toMatch(/^mail\.connections +8 +config\/nightjar\.yaml:5$/m);
    expect(text).toMatch(/\n\ndatabase\.url +embedded/);
    expect(text).not.toMatch(/\n\n\n|hunter/);
    expect(formatSettings([])).toBe('every setting is the default');
  });
});

describe('findSettings', () => {
  it('tells all that set one, and which won', () => {
    const found = findSettings(loaded, 'mail.url');
    if (!('layers' in found)) throw new Error('it is one setting');
    expect(formatDetails(found)).toBe(
      [
        'mail.url: smtps://***@other.example:465',
        '  → env NIGHTJAR_MAIL__URL  smtps://***@other.example:465',
        '    env SMTP_URL            smtps://***@relay.example:465',
        `    config/default.yaml:${lineOf('mail:') + 1}  embedded`,
        '  variables: NIGHTJAR_MAIL__URL, SMTP_URL; or the name of a file that holds it: NIGHTJAR_MAIL__URL_FILE',
      ].join('\n'),
    );
  });

  it.each([
    ['SMTP_URL', 'mail.url'],
    ['NIGHTJAR_MAIL__FROM', 'mail.from'],
    ['images.url', 'images.url'],
  ])('finds %s', (name, key) => expect(findSettings(loaded, name)).toMatchObject({ key }));

  it('tells that a section was set to null', () => {
    expect(findSettings(loaded, 'images.url')).toMatchObject({
      value: null,
      layers: [
        { origin: 'config/nightjar.yaml:2', value: null, wins: true },
        { value: 'https://shop.example/pictures/', wins: false },
      ],
    });
  });

  it('lists a section', () => {
    const found = findSettings(loaded, 'prices.us-east-1');
    expect(Array.isArray(found) && found.map(({ key }) => key)).toContain('prices.us-east-1.trainingHour');
  });

  it.each([
    ['mail.conections', 'mail.connections'],
    ['connections', 'mail.connections'],
    ['mial', 'mail'],
  ])('names what is nearest to %s', (name, near) => {
    expect(() => findSettings(loaded, name)).toThrow(`there is no setting "${name}"; did you mean "${near}"`);
  });

  it.each(['constructor', '__proto__', 'mail.toString', 'solutions.constructor'])('has no setting %s', (name) => {
    expect(() => findSettings(loaded, name)).toThrow(`there is no setting "${name}"`);
  });

  it('does not repeat a secret that was given as a name', () => {
    expect(() => findSettings(loaded, 'postgres://u:hunter2@h/db')).toThrow('"postgres://***@h/db"');
  });
});

describe('settingsEditorSchema', () => {
  const schema = settingsEditorSchema(defaultText);
  const validate = new Ajv2020({ strict: false, validateFormats: false }).compile(schema);

  it.each(['config/default.yaml', 'config/production.example.yaml'])('takes %s', (file) => {
    validate(parse(read(file)));
    expect(validate.errors ?? []).toEqual([]);
  });

  it('marks what nightjar refuses', () => {
    expect(validate({ mial: {} })).toBe(false);
    expect(validate({ worker: { shards: 'many' } })).toBe(false);
    expect(validate({ solutions: { mine: { solution: 'x', recepi: 'y' } } })).toBe(false);
  });

  it('has defaults and descriptions, and no words of our own', () => {
    expect(schema).toMatchObject({
      properties: {
        worker: { properties: { leaseSeconds: { default: 15, description: expect.stringContaining('claimed') } } },
      },
    });
    expect(JSON.stringify(schema)).not.toMatch(/"expected":"|"secret":"/);
  });
});
