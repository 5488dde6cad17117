/** The way out of a list: GET shows a page, POST acts, from a mail client (RFC 8058) as from the page. */
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { maskAddress, parseMailbox } from '../../content/address';
import { isNobody, type Unsubscribe, verifyUnsubscribe } from '../../content/links';
import { promptly } from '../../database/connecting/bounded-client';
import { findContacts } from '../../database/people/contacts';
import { systemErrorCode } from '../../errors';
import { bounded } from '../../queue/bounded';
import type { Engines } from '../../run/engines';
import { takeUnsubscribe } from '../../run/suppress/unsubscribe';
import { readLinkToken } from '../link-token';
import { askPage, donePage, PAGE_STYLE_HASH, type PageParts, tellPage } from './page';
import { choosePageLanguage } from './texts';

type UnsubscribeEngines = Pick<Engines, 'db' | 'log' | 'now' | 'secret' | 'settings' | 'spoolDir'>;

/** A form of one field; 26 bytes from a mail client. */
const BODY_BYTES = 10_000;
/** The page is shown without the contact's language rather than late. */
const CONTACT_MS = 1000;

const HEADERS = {
  'content-type': 'text/html; charset=utf-8',
  'cache-control': 'no-store',
  'content-security-policy': `default-src 'none'; style-src ${PAGE_STYLE_HASH}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'`,
  'referrer-policy': 'no-referrer',
  'x-content-type-engines': 'nosniff',
  'x-robots-tag': 'noindex',
};

/** Adds `/u/<token>` to a server, without sign-in: the token says who leaves which list, and never expires. */
export function addUnsubscribe(app: FastifyInstance, engines: UnsubscribeEngines): void {
  void app.register(async (scope) => {
    scope.removeAllContentTypeParsers();
    // A form, multipart or not, or nothing at all: whoever posts to this address wants to leave. As bytes: text that is not
    // UTF-8, and a type that is none, would be refused.
    scope.addHook('onRequest', async ({ raw }) => {
      if (raw.headers['content-type'] !== undefined) raw.headers['content-type'] = 'application/octet-stream';
    });
    scope.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_BYTES }, (_request, body, done) =>
      done(null, body.toString('utf8')),
    );
    scope.get('/u/*', { exposeHeadRoute: true }, (request, reply) => ask(engines, request, reply));
    scope.post('/u/*', { bodyLimit: BODY_BYTES }, (request, reply) => leave(engines, request, reply));
  });
}

async function ask(engines: UnsubscribeEngines, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const who = readToken(engines, request);
  const parts = await readParts(engines, request, who);
  if (who === undefined) return answer(reply, 404, tellPage(parts, 'wrong'));
  return answer(reply, 200, isNobody(who) ? tellPage(parts, 'test') : askPage(parts));
}

async function leave(engines: UnsubscribeEngines, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  const who = readToken(engines, request);
  if (who === undefined) return answer(reply, 404, tellPage(await readParts(engines, request, who), 'wrong'));
  if (isNobody(who)) return answer(reply, 200, tellPage(await readParts(engines, request, undefined), 'test'));
  const { scope, source } = readWish(request.body);
  const list = scope === 'all' ? {} : { list: who.list };
  const entry = { userId: who.userId, ...list, source, at: engines.now() };
  try {
    await takeUnsubscribe(engines, entry);
  } catch (error) {
    const reason = systemErrorCode(error) ?? 'unknown';
    engines.log('error', 'unsubscribe neither stored nor spooled', { list: who.list, reason });
    // A mail client tries again at a 5xx, and so may a person.
    return answer(reply, 503, tellPage(await readParts(engines, request, undefined), 'failed'));
  }
  engines.log('info', 'unsubscribed', { list: scope === 'all' ? undefined : who.list, source });
  return answer(reply, 200, donePage(await readParts(engines, request, who), scope));
}

interface Wish {
  readonly scope: 'list' | 'all';
  readonly source: string;
}

/** Only the page's own form asks for more than the list of the e-mail. */
function readWish(body: unknown): Wish {
  const text = typeof body === 'string' ? body : '';
  const scope = new URLSearchParams(text).get('scope');
  if (scope === 'all' || scope === 'list') return { scope, source: 'unsubscribe page' };
  return { scope: 'list', source: 'one-click' };
}

function readToken(engines: UnsubscribeEngines, request: FastifyRequest): Unsubscribe | undefined {
  return verifyUnsubscribe(readLinkToken(request.params), engines.secret);
}

/** The language is the contact's, where the database tells it in time; else the browser's. */
async function readParts(
  engines: UnsubscribeEngines,
  request: FastifyRequest,
  who: Unsubscribe | undefined,
): Promise<PageParts> {
  const from = parseMailbox(engines.settings.mail.from);
  const contact = who === undefined ? undefined : await findQuickly(engines, who.userId);
  return {
    language: choosePageLanguage(contact?.locale, request.headers['accept-language']),
    sender: from.name === '' ? from.address : from.name,
    address: contact?.email === undefined ? undefined : maskAddress(contact.email),
  };
}

async function findQuickly({ db }: UnsubscribeEngines, userId: string) {
  if (userId === '') return undefined;
  const asked = promptly(() => findContacts(db, [userId]));
  const found = bounded(asked, CONTACT_MS, () => new Error('the database is slow'));
  return (await found.catch(() => undefined))?.get(userId)?.contact;
}

function answer(reply: FastifyReply, status: number, page: string): FastifyReply {
  return reply.code(status).headers(HEADERS).send(page);
}
