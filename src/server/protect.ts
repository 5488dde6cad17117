/** Headers that keep answers out of caches, frames and guesses, and the one kind of body that calls may have. */
import type { FastifyInstance } from 'fastify';
import { NightjarError } from '../errors';

/** Answers are data for programs: no page may frame them, no browser guess what they are, no cache keep them. */
const HEADERS = {
  'cache-control': 'no-store',
  'content-security-policy': "default-src 'none'; frame-ancestors 'none'",
  'cross-origin-resource-policy': 'same-origin',
  'referrer-policy': 'no-referrer',
  'x-content-type-options': 'nosniff',
  'x-frame-options': 'DENY',
};

/** Adds both to a server. */
export function protect(app: FastifyInstance): void {
  app.addHook('onRequest', async (_request, reply) => {
    void reply.headers(HEADERS);
  });
  app.removeAllContentTypeParsers();
  // The parser of fastify refuses what would change prototypes.
  const parse = app.getDefaultJsonParser('error', 'error');
  app.addContentTypeParser('application/json', { parseAs: 'string' }, (request, text, done) => {
    if (text.toString().trim() === '') return done(null, {});
    void parse(request, text.toString(), (error, value: unknown) => {
      if (error === null) done(null, value);
      else done(notJson(error), undefined);
    });
  });
}

function notJson(cause: Error): NightjarError {
  return new NightjarError('E_API_REQUEST', `the body is not JSON: ${cause.message}`, {
    where: { step: 'body' },
    cause,
  });
}
