/** The way out of a list over HTTP: what a mail client posts, what a scanner gets, what a person sees. */
import path from 'node:path';
import fastify, { type FastifyInstance } from 'fastify';
import { Kysely, PostgresDialect } from 'kysely';
import { hashAddress } from '../../src/content/address';
import { NOBODY, signUnsubscribe } from '../../src/content/links';
import { createPool, type OpenDatabase, openDatabase } from '../../src/database/connecting/connection';
import { findContacts, saveContacts } from '../../src/database/people/contacts';
import type { Tables } from '../../src/database/schema';
import { drainSpool } from '../../src/run/suppress/unsubscribe';
import { addUnsubscribe } from '../../src/server/unsubscribe/routes';
import { PAGE_TEXTS } from '../../src/server/unsubscribe/texts';
import { startTestPostgres, type TestPostgres } from '../support/database';
import { makeTestFolder } from '../support/nightjar';
import { testSettings } from '../support/settings';
import { findClosedPort } from '../support/smtp-server';

const SECRET = 'a secret of thirty-two characters';
const AT = Date.UTC(2026, 2, 2, 2);
const folder = makeTestFolder('nightjar-unsubscribe-page');
const logged: string[] = [];
let postgres: TestPostgres;
let database: OpenDatabase;
let server: { readonly app: FastifyInstance; readonly url: string };

beforeAll(async () => {
  postgres = await startTestPostgres();
  database = await openDatabase(await postgres.createDatabase());
  server = await serve(database.db, 'spool');
});
afterAll(async () => {
  await server.app.close();
  await database.close();
  await postgres.stop();
});

async function serve(db: Kysely<Tables>, spool: string) {
  const app = fastify();
  const settings = testSettings();
  const log = (level: string, event: string, fields?: object) =>
    void logged.push(`${level} ${event} ${JSON.stringify(fields)}`);
  const spoolDir = path.join(folder, spool);
  addUnsubscribe(app, { db, log, now: () => AT, secret: SECRET, settings, spoolDir });
  return { app, url: await app.listen({ host: '127.0.0.1', port: 0 }) };
}

let people = 0;
/** Adds a contact and answers its link on a server. */
async function linkOf(locale: string, { url } = server): Promise<{ userId: string; link: string }> {
  people += 1;
  const userId = `u${people}`;
  const email = `${userId}@mail.example`;
  const contact = { userId, email, locale, attributes: {} };
  await saveContacts(database.db, [{ contact, addressHash: hashAddress(email), addressDomain: 'mail.example' }], AT);
  return { userId, link: signUnsubscribe({ secret: SECRET, publicUrl: url, userId, list: 'picks' }) };
}

const suppressed = async (userId: string, topic?: string) =>
  (await findContacts(database.db, [userId], topic)).get(userId)?.suppression;

const post = (link: string, body: string | FormData, contentType = 'application/x-www-form-urlencoded') =>
  fetch(link, {
    method: 'POST',
    body,
    redirect: 'error',
    ...(typeof body === 'string' ? { headers: { 'content-type': contentType } } : {}),
  });

it('one click of a mail client leaves that list, without cookies or redirects, again and again', async () => {
  const { userId, link } = await linkOf('en');
  for (let n = 0; n < 3; n++) {
    const answer = await post(link, 'List-Unsubscribe=One-Click');
    expect({ status: answer.status, cookie: answer.headers.get('set-cookie') }).toEqual({ status: 200, cookie: null });
  }
  expect(await suppressed(userId, 'picks')).toBe('unsubscribe');
  expect(await suppressed(userId, 'other')).toBeUndefined();
});

it('a user id of any length has a link that works', async () => {
  const userId = 'ü'.repeat(256);
  const link = signUnsubscribe({ secret: SECRET, publicUrl: server.url, userId, list: 'picks' });
  expect((await fetch(link)).status).toBe(200);
  expect((await post(link, 'List-Unsubscribe=One-Click')).status).toBe(200);
});

it('so does a multipart form, and a post without a body', async () => {
  const [first, second] = [await linkOf('en'), await linkOf('en')];
  const form = new FormData();
  form.set('List-Unsubscribe', 'One-Click');
  expect((await post(first.link, form)).status).toBe(200);
  expect((await fetch(second.link, { method: 'POST' })).status).toBe(200);
  expect(await suppressed(first.userId, 'picks')).toBe('unsubscribe');
  expect(await suppressed(second.userId, 'picks')).toBe('unsubscribe');
});

it.each([
  ['no media type', 'form'],
  ['JSON', 'application/json'],
  ['another charset', 'application/x-www-form-urlencoded; charset=x-unknown'],
])('a post that says it is %s leaves all the same', async (_what, type) => {
  const { userId, link } = await linkOf('en');
  expect((await post(link, 'List-Unsubscribe=One-Click', type)).status).toBe(200);
  expect(await suppressed(userId, 'picks')).toBe('unsubscribe');
});

it.each(['.', ')', '>', '/', '%20'])(
  'a link works with "%s" behind it, as programs cut it out of a text',
  async (rest) => {
    const { userId, link } = await linkOf('en');
    expect((await fetch(`${link}${rest}`)).status).toBe(200);
    expect((await post(`${link}${rest}`, 'scope=list')).status).toBe(200);
    expect(await suppressed(userId, 'picks')).toBe('unsubscribe');
  },
);

it('so does a body that is not UTF-8', async () => {
  const { userId, link } = await linkOf('en');
  const body = Buffer.from('List-Unsubscribe=One-Click&name=K\xfcster', 'latin1');
  const headers = { 'content-type': 'application/x-www-form-urlencoded' };
  expect((await fetch(link, { method: 'POST', body, headers })).status).toBe(200);
  expect(await suppressed(userId, 'picks')).toBe('unsubscribe');
});

it('what scanners do, GET and HEAD, unsubscribes nobody', async () => {
  const { userId, link } = await linkOf('en');
  expect((await fetch(link)).status).toBe(200);
  expect((await fetch(link, { method: 'HEAD' })).status).toBe(200);
  expect(await suppressed(userId, 'picks')).toBeUndefined();
});

it('the page asks in the language of the contact, shows whom it is about, and its buttons do as they say', async () => {
  const { userId, link } = await linkOf('de-AT');
  const answer = await fetch(link, { headers: { 'accept-language': 'ja' } });
  const page = await answer.text();
  expect(page).toContain('<html lang="de">');
  expect(page).toContain('u…@mail.example');
  expect(page).not.toContain(`${userId}@`);
  expect(page).toContain('Corner Shop');
  expect(answer.headers.get('content-security-policy')).toMatch(/default-src 'none'.*frame-ancestors 'none'/);
  expect(answer.headers.get('referrer-policy')).toBe('no-referrer');
  expect(page).not.toMatch(/<script|https?:\/\//);
  const values = [...page.matchAll(/name="scope" value="(\w+)"/g)].map(([, value]) => value);
  expect(values).toEqual(['list', 'all']);

  const done = await post(link, `scope=${values[1]}`);

  expect(await done.text()).toContain('Sie bekommen keine E-Mails von Corner Shop mehr.');
  expect(await suppressed(userId, 'other')).toBe('unsubscribe');
});

it.each([
  ['fr-CH, fr;q=0.9, en;q=0.8', 'fr'],
  ['xx, ja;q=0.5, de;q=0.4', 'ja'],
  ['de;q=0.1, es;q=0.9', 'es'],
  ['', 'en'],
])(
  'the browser that asks by "%s" gets it in %s where the contact has no language of ours',
  async (header, language) => {
    const { link } = await linkOf('sw');
    expect(await (await fetch(link, { headers: { 'accept-language': header } })).text()).toContain(
      `lang="${language}"`,
    );
  },
);

it('all languages say everything, with the sender where it is named', () => {
  const keys = Object.keys(PAGE_TEXTS.en ?? {});
  for (const texts of Object.values(PAGE_TEXTS)) {
    expect(Object.keys(texts)).toEqual(keys);
    expect([texts.question, texts.leaveAll, texts.doneAll].every((text) => text.includes('{sender}'))).toBe(true);
    expect(texts.to).toContain('{address}');
  }
});

it.each(['cut off', 'forged', 'of another secret'])(
  'a link that is %s is told so, and unsubscribes nobody',
  async (how) => {
    const { userId, link } = await linkOf('en');
    const wrong =
      how === 'cut off'
        ? link.slice(0, -3)
        : how === 'forged'
          ? `${link.slice(0, -1)}${link.endsWith('A') ? 'B' : 'A'}`
          : signUnsubscribe({ secret: 'another', publicUrl: server.url, userId, list: 'picks' });
    const answers = [await fetch(wrong), await post(wrong, 'List-Unsubscribe=One-Click')];
    for (const answer of answers) {
      expect(answer.status).toBe(404);
      expect(await answer.text()).toContain('This link does not work');
    }
    expect(await suppressed(userId, 'picks')).toBeUndefined();
  },
);

it('the link of a test says so and does nothing', async () => {
  const link = signUnsubscribe({ secret: SECRET, publicUrl: server.url, userId: NOBODY, list: 'picks' });
  for (const answer of [await fetch(link), await post(link, 'scope=all')]) {
    expect(answer.status).toBe(200);
    expect(await answer.text()).toContain('It unsubscribes nobody.');
  }
});

it('while the database is away it answers 200 and keeps the wish on disk', async () => {
  const { userId } = await linkOf('en');
  const pool = createPool({ host: '127.0.0.1', port: await findClosedPort() }, 'nightjar');
  const away = new Kysely<Tables>({ dialect: new PostgresDialect({ pool }) });
  const other = await serve(away, 'away');
  const link = signUnsubscribe({ secret: SECRET, publicUrl: other.url, userId, list: 'picks' });
  expect((await fetch(link)).status).toBe(200);
  expect((await post(link, 'List-Unsubscribe=One-Click')).status).toBe(200);
  await other.app.close();
  await away.destroy();
  expect(await suppressed(userId, 'picks')).toBeUndefined();
  await drainSpool({ db: database.db, log: () => undefined, spoolDir: path.join(folder, 'away') });
  expect(await suppressed(userId, 'picks')).toBe('unsubscribe');
});

it('a body that is no form of ours is refused by its length, not read', async () => {
  const { link, userId } = await linkOf('en');
  expect((await post(link, 'x'.repeat(20_000))).status).toBe(413);
  expect(await suppressed(userId, 'picks')).toBeUndefined();
});

it('no log line names a user, an address or a token', () => {
  expect(logged.length).toBeGreaterThan(3);
  expect(logged.filter((line) => /\bu\d+\b|@|\/u\//.test(line))).toEqual([]);
});
