/** The API over HTTP: tokens, jobs, runs, and one form of answer for whatever is wrong. */
import { connect } from 'node:net';
import path from 'node:path';
import Ajv2020 from 'ajv/dist/2020';
import { z } from 'zod';
import type { OpenEngines } from '../../src/cli/open-engines';
import { findRun } from '../../src/database/runs/runs';
import { settledWithin } from '../../src/queue/bounded';
import { prepareSmallShop, SLOT } from '../run/support/small-shop';
import { audienceSource, driveRun, emailSource, openWorld, type Rig, rigUp } from '../run/support/world';
import { makeTestFolder } from '../support/nightjar';
import { makeJobs, makeUnreachable, type Reply, type Served, serve, TOKENS } from './support/served';

const folder = makeTestFolder('nightjar-api');
let shop: OpenEngines;
let rig: Rig;
let served: Served;
const guarded = {
  ...emailSource('guarded'),
  text: `${emailSource('guarded').text}guard: { recipients: { max: 3 } }\n`,
};
const clocked = emailSource('clocked');
const themed = emailSource('themed');
const jobs = makeJobs(
  emailSource('picks'),
  audienceSource('fans'),
  {
    ...themed,
    text: themed.text
      .replace('template: mini,', 'template: mini, subject: "{{params.mood}} {{params.most}}",')
      .concat(
        'params: { mood: { type: string, oneOf: [calm, loud], default: calm }, most: { type: integer, max: 9 } }\n',
      ),
  },
  guarded,
  { ...clocked, text: `${clocked.text}schedule: { cron: 30 2 * * *, timezone: Asia/Tokyo }\n` },
  { ...emailSource('wrong'), text: emailSource('wrong').text.replace('results: 8', 'results: 800') },
);

beforeAll(async () => {
  shop = await openWorld(folder);
  await prepareSmallShop(shop);
  rig = rigUp(shop);
  served = await serve(rig.engines, jobs);
}, 60_000);
afterAll(async () => {
  await served?.server.close();
  await shop?.close();
});

const errorOf = (reply: Reply) => reply.json?.error;

describe('tokens', () => {
  it('no route answers without one, or with one that is not known', async () => {
    for (const [method, route] of [
      ['GET', '/api/jobs'],
      ['GET', '/api/jobs/picks'],
      ['GET', '/api/openapi.json'],
      ['GET', '/api/runs'],
      ['POST', '/api/jobs/picks/runs'],
      ['POST', '/api/runs/x/cancel'],
    ] as const) {
      for (const token of [null, 'x', `${TOKENS.ops}x`]) {
        const reply = await served.call(method, route, { token });
        expect({ route, token, status: reply.status }).toEqual({ route, token, status: 401 });
        expect(reply.headers.get('www-authenticate')).toBe('Bearer realm="nightjar"');
        expect(reply.json).toMatchObject({ version: 1, error: { code: 'E_API_TOKEN' } });
      }
    }
    expect(served.logged.filter(({ event }) => event === 'call refused')[0]).toMatchObject({ level: 'warn' });
    expect(JSON.stringify(served.logged)).not.toContain(TOKENS.ops);
  });

  it('a role does no more than it may', async () => {
    const start = (token: string) => served.call('POST', '/api/jobs/none-such/runs', { token, body: {} });
    expect((await start(TOKENS.reader)).status).toBe(403);
    expect((await start(TOKENS.marketing)).status).toBe(404);
    expect((await served.call('POST', '/api/jobs/picks/pause', { token: TOKENS.marketing })).status).toBe(403);
    expect((await served.call('GET', '/api/jobs', { token: TOKENS.reader })).status).toBe(200);
  });

  it('a body is read for nobody without one', async () => {
    const reply = await served.call('POST', '/api/jobs/picks/runs', { token: null, body: 'no JSON' });
    expect(reply.status).toBe(401);
  });
});

describe('jobs', () => {
  it('lists them with what starts them, what is paused and what is wrong', async () => {
    expect(await served.call('POST', '/api/jobs/clocked/pause')).toMatchObject({
      status: 200,
      json: { job: 'clocked', paused: true, changed: true },
    });
    const paused = await served.call('GET', '/api/jobs');
    expect(paused.json).toMatchObject({
      version: 1,
      jobs: [
        { name: 'clocked', kind: 'email', pausedAt: expect.any(String), schedule: { cron: '30 2 * * *' } },
        { name: 'fans', kind: 'audience', about: 'Who likes tea' },
        { name: 'guarded', kind: 'email' },
        { name: 'picks', kind: 'email' },
        { name: 'themed', kind: 'email', params: [{ name: 'mood' }, { name: 'most' }] },
        { name: 'wrong', kind: 'wrong' },
      ],
    });
    expect(paused.text).not.toContain('"next"');
    expect((await served.call('POST', '/api/jobs/clocked/resume')).json).toMatchObject({
      paused: false,
      changed: true,
    });
    const { next, nextSlot } = (await served.call('GET', '/api/jobs/clocked')).json ?? {};
    // 02:30 in Tokyo is 17:30 UTC of the day before.
    expect(next).toMatch(/T17:30:00\.000Z$/);
    expect(nextSlot).toBe(new Date(Date.parse(String(next)) + 9 * 3_600_000).toISOString().slice(0, 10));
  });

  it('takes names of the list, never paths', async () => {
    expect(errorOf(await served.call('GET', '/api/jobs/pickss'))).toMatchObject({
      code: 'E_JOB_UNKNOWN',
      message: 'there is no job "pickss"; did you mean "picks"',
    });
    for (const name of [
      '..%2F..%2Fetc%2Fx.yaml',
      encodeURIComponent(path.resolve('config/default.yaml')),
      'picks.yaml',
      '%2e%2e',
    ])
      for (const [method, route] of [
        ['GET', `/api/jobs/${name}`],
        ['POST', `/api/jobs/${name}/runs`],
      ] as const) {
        const { status, text } = await served.call(method, route);
        expect({ route, isRefused: [400, 404].includes(status) }).toEqual({ route, isRefused: true });
        expect(text).not.toContain(folder);
      }
  });

  it('plans a run, and changes nothing', async () => {
    const plan = await served.call('POST', '/api/jobs/picks/plan', {
      token: TOKENS.reader,
      body: { slot: SLOT, limit: 5 },
    });
    expect(plan).toMatchObject({
      status: 200,
      json: { job: 'picks', slot: SLOT, recipients: 5, batchJob: { lines: 5 } },
    });
    expect((await served.call('GET', '/api/runs?job=picks')).json).toEqual({ version: 1, runs: [] });
  });
});

describe('runs', () => {
  it('starts one, finds it again, and tells where it stands', async () => {
    const body = { slot: SLOT };
    const first = await served.call('POST', '/api/jobs/picks/runs', { token: TOKENS.marketing, body });
    expect(first).toMatchObject({
      status: 202,
      json: { version: 1, run: `picks.${SLOT}`, how: 'created', state: 'planned' },
    });
    expect(first.headers.get('location')).toBe(`/api/runs/picks.${SLOT}`);
    expect((await findRun(shop.db, `picks.${SLOT}`))?.requestedBy).toBe('marketing');
    const second = await served.call('POST', '/api/jobs/picks/runs', { body });
    expect(second).toMatchObject({ status: 200, json: { run: `picks.${SLOT}`, how: 'found' } });
    const before = await served.call('GET', `/api/runs/picks.${SLOT}`);
    expect(before.json).toMatchObject({
      state: 'planned',
      requestedBy: 'marketing',
      details: { guards: [], advice: [{}] },
    });

    await driveRun(rig, `picks.${SLOT}`);
    const done = await served.call('GET', `/api/runs/picks.${SLOT}`);
    expect(done.json).toMatchObject({
      version: 1,
      state: 'finished',
      deliveries: { accepted: 40 },
      cost: { amount: 0.00268, currency: 'USD' },
      details: { state: 'finished', deliveries: [{ state: 'accepted', count: 40 }] },
    });
  });

  it('gives params, a limit and addresses by the rules of the command line', async () => {
    const start = (body: object) => served.call('POST', '/api/jobs/themed/runs', { body: { slot: SLOT, ...body } });
    expect((await served.call('GET', '/api/jobs/themed')).json).toMatchObject({
      params: [
        { name: 'mood', type: 'string', oneOf: ['calm', 'loud'], default: 'calm' },
        { name: 'most', type: 'integer', max: 9 },
      ],
    });
    expect(await start({ params: { mood: 'odd', most: 10 } })).toMatchObject({
      status: 422,
      json: { error: { code: 'E_JOB_PARAM', others: [{ code: 'E_JOB_PARAM' }] } },
    });
    expect(await start({ onlyTo: ['everybody'] })).toMatchObject({
      status: 400,
      json: { error: { code: 'E_API_REQUEST', where: { step: 'body.onlyTo.0' } } },
    });
    const given = { params: { mood: 'loud', most: 3 }, limit: 2, onlyTo: ['*@people.example'] };
    const plan = await served.call('POST', '/api/jobs/themed/plan', { body: { slot: SLOT, ...given } });
    expect(plan.json).toMatchObject({ recipients: 2, limit: 2, params: { mood: 'loud', most: 3 } });
    expect(await start(given)).toMatchObject({ status: 202 });
    expect(await findRun(shop.db, `themed.${SLOT}`)).toMatchObject({
      params: { mood: 'loud', most: 3 },
      limit: 2,
      onlyTo: ['*@people.example'],
    });
    expect(await start({ ...given, limit: 3 })).toMatchObject({
      status: 409,
      json: { error: { code: 'E_RUN_PARAMS' } },
    });
    expect(await served.call('POST', '/api/jobs/fans/runs', { body: { limit: 3 } })).toMatchObject({
      status: 400,
      json: { error: { code: 'E_API_REQUEST', where: { step: 'body.limit' } } },
    });
  });

  it('approves, cancels and retries as the command line does', async () => {
    const run = `guarded.${SLOT}`;
    const act = (what: string, body?: object) =>
      served.call('POST', `/api/runs/${run}/${what}`, body === undefined ? {} : { body });
    await served.call('POST', '/api/jobs/guarded/runs', { body: { slot: SLOT } });
    expect(await act('approve')).toMatchObject({ status: 409, json: { error: { code: 'E_USAGE' } } });
    await driveRun(rig, run);
    expect((await served.call('GET', `/api/runs/${run}`)).json).toMatchObject({
      state: 'paused(guard:recipients.max)',
      exitCode: 6,
      details: { guards: [{ guard: 'recipients.max', figure: '40', limit: 'at most 3' }] },
    });
    expect(await act('retry')).toMatchObject({ status: 409 });
    expect(await act('approve')).toMatchObject({
      status: 200,
      json: { was: 'paused(guard:recipients.max)', approved: [{ guard: 'recipients.max', by: 'ops' }] },
    });
    expect(await act('cancel')).toMatchObject({ status: 200, json: { was: 'preparing', accepted: 0, paid: [] } });
    expect(await act('retry', { only: [] })).toMatchObject({ status: 409 });
    expect(await served.call('POST', '/api/runs/none.2026-01-01/cancel')).toMatchObject({ status: 404 });
  });

  it('lists them page by page, the newest first', async () => {
    const days = ['2026-04-01', '2026-04-02', '2026-04-03'];
    for (const slot of days) await served.call('POST', '/api/jobs/fans/runs', { body: { slot } });
    const idsOf = ({ json }: Reply) =>
      z
        .array(z.object({ run: z.string() }))
        .parse(json?.runs)
        .map(({ run }) => run);
    const first = await served.call('GET', '/api/runs?job=fans&limit=2');
    expect(idsOf(first)).toEqual(['fans.2026-04-03', 'fans.2026-04-02']);
    const second = await served.call('GET', `/api/runs?job=fans&limit=2&before=${String(first.json?.next)}`);
    expect(idsOf(second)).toEqual(['fans.2026-04-01']);
    expect(second.json).not.toHaveProperty('next');
    expect(await served.call('GET', '/api/runs?limit=0')).toMatchObject({ status: 400 });
    expect(await served.call('GET', '/api/runs?before=fans.2020-01-01')).toMatchObject({ status: 404 });
  });
});

describe('what is wrong', () => {
  it('tells all of a request at once, with its places', async () => {
    const body = { slot: '2026-02-30', again: 'yes', colour: 1 };
    const reply = await served.call('POST', '/api/jobs/picks/runs', { body });
    expect(reply.status).toBe(400);
    const said = JSON.stringify(errorOf(reply));
    for (const part of ['body.slot', 'body.again', 'colour', 'expected a date, or a date and a time'])
      expect(said).toContain(part);
  });

  it.each([
    ['no JSON', '{"slot": ', {}],
    ['a prototype', '{"__proto__": {"again": true}}', {}],
    ['another type', 'slot=2026-03-02', { 'content-type': 'application/x-www-form-urlencoded' }],
    ['a list', '[]', {}],
    ['too much', JSON.stringify({ params: { a: 'x'.repeat(300_000) } }), {}],
  ])('refuses %s', async (_name, body, headers) => {
    const reply = await served.call('POST', '/api/jobs/picks/runs', { body, headers });
    expect(reply).toMatchObject({ status: 400, json: { version: 1, error: { code: 'E_API_REQUEST' } } });
  });

  it('refuses what no run and no param can be called, before the database does', async () => {
    for (const path of ['/api/runs/a%00b', '/api/runs?before=%00', '/api/runs/a%20b'])
      expect({ path, ...(await served.call('GET', path)) }).toMatchObject({
        status: 400,
        json: { error: { code: 'E_API_REQUEST' } },
      });
    for (const bad of ['a\0', '\ud800'])
      for (const body of [{ params: { note: bad } }, { params: { [bad]: 'a' } }, { params: { note: [bad] } }])
        expect({ body, ...(await served.call('POST', '/api/jobs/picks/runs', { body })) }).toMatchObject({
          status: 400,
        });
    const body = { only: ['a\0'] };
    expect(await served.call('POST', '/api/runs/picks.2026-03-02/retry', { body })).toMatchObject({ status: 400 });
  });

  it('answers unknown routes and bad addresses in the same form', async () => {
    for (const route of ['/', '/api', '/api/jobs/picks/nothing', '/metrics/x'])
      expect(await served.call('GET', route)).toMatchObject({ status: 404, json: { error: { code: 'E_API_ROUTE' } } });
    expect(await served.call('GET', '/api/jobs/%zz')).toMatchObject({
      status: 400,
      json: { error: { code: 'E_API_REQUEST' } },
    });
  });

  it('tells of a wrong job what and where', async () => {
    const reply = await served.call('POST', '/api/jobs/wrong/runs', { body: {} });
    expect(reply).toMatchObject({
      status: 422,
      json: { error: { code: 'E_JOB_FIELD', where: { file: 'jobs/wrong.yaml', line: 3 } } },
    });
  });

  it('keeps the words and the stack of a defect to the log', async () => {
    const broken = await serve(rig.engines, {
      ...jobs,
      names: () => {
        throw new TypeError('secret words');
      },
    });
    try {
      const reply = await broken.call('GET', '/api/jobs');
      expect(reply).toMatchObject({ status: 500, json: { error: { code: 'E_BUG' } } });
      expect(reply.text).not.toMatch(/secret words|\.ts|at /);
      const line = broken.logged.find(({ event }) => event === 'call failed');
      expect(JSON.stringify(line?.fields)).toContain('secret words');
      expect(reply.text).toContain(`request ${String(new Map(Object.entries(line?.fields ?? {})).get('request'))}`);
    } finally {
      await broken.server.close();
    }
  });

  it('lists a job whose files cannot be read, without the words of what failed', async () => {
    const broken = await serve(rig.engines, {
      ...jobs,
      names: () => ['picks'],
      read: () => {
        throw new TypeError('secret words');
      },
    });
    try {
      const reply = await broken.call('GET', '/api/jobs');
      expect(reply).toMatchObject({ status: 200, json: { jobs: [{ name: 'picks', kind: 'wrong' }] } });
      expect(reply.text).not.toContain('secret words');
    } finally {
      await broken.server.close();
    }
  });

  it('says that an engine is away, and to come again', async () => {
    const away = await serve({ ...rig.engines, db: makeUnreachable() }, jobs);
    try {
      const reply = await away.call('GET', '/api/runs');
      expect(reply).toMatchObject({ status: 503, json: { error: { code: expect.stringMatching(/^E_ENGINE_/) } } });
      expect(reply.headers.get('retry-after')).toBe('5');
      expect(await away.call('GET', '/healthz', { token: null })).toMatchObject({ status: 200 });
    } finally {
      await away.server.close();
    }
  });

  it('sends headers that keep answers where they belong', async () => {
    for (const route of ['/api/runs', '/healthz', '/none']) {
      const { headers } = await served.call('GET', route);
      expect(headers.get('cache-control')).toBe('no-store');
      expect(headers.get('x-content-type-options')).toBe('nosniff');
      expect(headers.get('content-security-policy')).toContain("default-src 'none'");
      expect(headers.get('access-control-allow-origin')).toBeNull();
    }
  });
});

describe('openapi.json', () => {
  const operation = z.looseObject({
    responses: z.record(
      z.string(),
      z.object({ content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }) }),
    ),
    parameters: z.array(z.looseObject({ schema: z.looseObject({}) })),
    requestBody: z
      .object({ content: z.object({ 'application/json': z.object({ schema: z.looseObject({}) }) }) })
      .optional(),
  });

  it('describes what the server answers', async () => {
    const { json } = await served.call('GET', '/api/openapi.json');
    expect(Object.keys(json ?? {}).sort()).toEqual(['components', 'info', 'openapi', 'paths', 'security']);
    const paths = z.record(z.string(), z.record(z.string(), operation)).parse(json?.paths);
    const components = z.object({ schemas: z.looseObject({}) }).parse(json?.components);
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    const check = (schema: object, value: unknown) => {
      const isRight = ajv.compile({ ...schema, components: { schemas: components.schemas } });
      return isRight(value) ? [] : isRight.errors;
    };
    const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
    for (const { responses, parameters, requestBody } of operations) {
      const schemas = [
        ...Object.values(responses).map(({ content }) => content),
        ...(requestBody ? [requestBody.content] : []),
      ];
      for (const content of schemas) check(content['application/json'].schema, {});
      for (const { schema } of parameters) check(schema, {});
    }
    const calls = [
      ['GET', '/api/jobs', '/api/jobs'],
      ['GET', '/api/jobs/{job}', '/api/jobs/clocked'],
      ['POST', '/api/jobs/{job}/plan', '/api/jobs/fans/plan'],
      ['POST', '/api/jobs/{job}/runs', '/api/jobs/fans/runs'],
      ['GET', '/api/runs', '/api/runs'],
      ['GET', '/api/runs/{run}', `/api/runs/picks.${SLOT}`],
      ['GET', '/api/runs/{run}', `/api/runs/guarded.${SLOT}`],
      ['POST', '/api/runs/{run}/cancel', '/api/runs/fans.2026-04-03/cancel'],
      ['GET', '/api/runs/{run}', '/api/runs/none'],
      ['POST', '/api/runs/{run}/retry', `/api/runs/picks.${SLOT}/retry`],
      ['GET', '/api/openapi.json', '/api/openapi.json'],
    ] as const;
    for (const [method, pattern, route] of calls) {
      const reply = await served.call(method, route);
      const answer = paths[pattern]?.[method.toLowerCase()]?.responses[reply.status];
      const schema = answer?.content['application/json'].schema;
      expect({ route, status: reply.status, problems: schema && check(schema, reply.json) }).toEqual({
        route,
        status: reply.status,
        problems: [],
      });
    }
  });
});

it('waits for no caller who sends his request too slowly, be it head or body', async () => {
  const slow = await serve(rig.engines, jobs, { requestMs: 600 });
  const head = `POST /api/jobs/picks/runs HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer ${TOKENS.ops}\r\n`;
  try {
    const drip = (start: string, part: string) => sendSlowly(slow.url, start, part);
    const body = drip(`${head}Content-Type: application/json\r\nContent-Length: 100000\r\n\r\n`, ' ');
    const answers = await Promise.all([drip('', ''), drip(head, 'X-More: x\r\n'), body]);
    for (const answer of answers) expect(answer).toContain('HTTP/1.1 400');
  } finally {
    await slow.server.close();
  }
});

/** Goes on sending a part, and answers what came back once the server has closed the connection. */
async function sendSlowly(url: string, start: string, part: string): Promise<string> {
  const socket = connect(Number(new URL(url).port), '127.0.0.1');
  socket.setEncoding('utf8');
  let text = '';
  socket.on('data', (more: string) => {
    text += more;
  });
  socket.on('error', () => undefined);
  socket.write(start);
  const sending = setInterval(() => socket.write(part), 50);
  await new Promise((resolve) => socket.once('close', resolve));
  clearInterval(sending);
  return text;
}

it('finishes the answers that are under way when it closes', async () => {
  let answer: () => void = () => undefined;
  const held = new Promise<void>((resolve) => {
    answer = resolve;
  });
  let begun: () => void = () => undefined;
  const isBegun = new Promise<void>((resolve) => {
    begun = resolve;
  });
  const queue = {
    ...rig.engines.queue,
    ping: () => {
      begun();
      return held;
    },
  };
  const own = await serve({ ...rig.engines, queue }, jobs);
  const asked = own.call('GET', '/readyz', { token: null });
  await isBegun;
  const closed = own.server.close();
  await expect(fetch(`${own.url}/healthz`)).rejects.toThrow('fetch failed');
  answer();
  expect(await asked).toMatchObject({ status: 200, json: { ready: true } });
  // Not when the connection would have been idle for too long, a minute later.
  expect(await settledWithin(closed, 15_000)).toBe(true);
});
