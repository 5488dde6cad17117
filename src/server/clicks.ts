/** The redirect of `content.links.clicks`: counts a click and leads to where the mail said, and nowhere else. */
import type { IncomingHttpHeaders } from 'node:http';
import type { FastifyInstance } from 'fastify';
import { type Click, verifyClick } from '../content/item-links';
import { isNobody } from '../content/links';
import { countClick } from '../database/clicks';
import { promptly } from '../database/connecting/bounded-client';
import { bounded } from '../queue/bounded';
import type { Engines } from '../run/engines';
import { explainFailure } from '../run/explain-failure';
import { readLinkToken } from './link-token';

type ClickEngines = Pick<Engines, 'db' | 'log' | 'now' | 'secret'>;

/** Programs that look at the links of mails, by what they call themselves; a missing name is one too. */
const PROGRAMS =
  /(?<!cu)bot\b|crawl|spider|scan|preview|fetch|monitor|proxy|curl|wget|python|java\/|go-http|okhttp|headless|barracuda|proofpoint|mimecast|symantec|trendmicro|safelinks|urldefense/i;

/** Counting must not keep a reader waiting, nor pile up while the database is away: what is more than so many is not counted. */
const COUNT_MS = 2000;
const MOST_AT_A_TIME = 200;

const HEADERS = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer', 'x-robots-tag': 'noindex' };

/** Adds `/c/<token>` to a server, without sign-in. A click that can't be counted leads on all the same. */
export function addClicks(app: FastifyInstance, engines: ClickEngines): void {
  const counting = { now: 0 };
  app.get('/c/*', { exposeHeadRoute: true }, async (request, reply) => {
    const click = verifyClick(readLinkToken(request.params), engines.secret);
    void reply.headers(HEADERS);
    if (click === undefined) {
      return reply.code(404).type('text/plain; charset=utf-8').send('This link does not work; it may have been cut.\n');
    }
    // HEAD is never a person's.
    if (request.method === 'GET' && counting.now < MOST_AT_A_TIME) {
      counting.now += 1;
      void count(engines, click, isProgram(request.headers)).finally(() => {
        counting.now -= 1;
      });
    }
    return reply.code(302).header('location', click.url).send();
  });
}

/** What a browser loads ahead of a click is no click. */
function isProgram(headers: IncomingHttpHeaders): boolean {
  const agent = headers['user-agent'];
  const purpose = headers['sec-purpose'] ?? headers.purpose ?? headers['x-moz'];
  return agent === undefined || PROGRAMS.test(agent) || /prefetch|prerender/i.test(String(purpose));
}

async function count(engines: ClickEngines, click: Click, isProgram: boolean): Promise<void> {
  if (isNobody({ userId: click.userId, list: '' })) return;
  const { runId, userId, itemId } = click;
  const visit = { runId, userId, itemId, isProgram, at: engines.now() };
  const counting = promptly(() => countClick(engines.db, visit));
  await bounded(counting, COUNT_MS, () => new Error('the database is slow')).catch((error: unknown) =>
    engines.log('warn', 'click not counted', { run: runId, code: explainFailure(error).code }),
  );
}
