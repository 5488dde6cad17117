import type { ReplyCause } from '../../src/mail/classify';
import { createMailer, type Mailer, type MailerOptions } from '../../src/mail/mailer';
import type { SendOutcome } from '../../src/mail/outcome';
import {
  type Fault,
  type FaultySmtpServer,
  findClosedPort,
  type SmtpServerOptions,
  type Stage,
  startSmtpServer,
} from '../support/smtp-server';
import { testMessage } from '../support/test-message';

/** Lines that begin with dots, which nightjar's own messages never have, behind the last part. */
const DOTS = Buffer.from('six of them\r\n.\r\n..dots\r\n', 'latin1');
const MESSAGE = { ...testMessage(), raw: Buffer.concat([testMessage().raw, DOTS]) };

interface Expected {
  readonly kind: SendOutcome['kind'];
  readonly code?: number;
  readonly enhanced?: string;
  readonly cause?: ReplyCause;
}

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
});

async function startServer(options: SmtpServerOptions): Promise<FaultySmtpServer> {
  const server = await startSmtpServer(options);
  opened.push(server);
  return server;
}

function openMailer(url: string, options: Partial<MailerOptions> = {}): Mailer {
  const timeouts = { connect: 2000, greeting: 250, silence: 250 };
  const mailer = createMailer({ url, connections: 1, name: 'test.example', timeouts, ...options });
  opened.push({ close: () => mailer.close({ force: true }) });
  return mailer;
}

async function sendAgainst(faults: SmtpServerOptions['faults'], pipelining = false) {
  const server = await startServer({ ...(faults === undefined ? {} : { faults }), pipelining });
  const bodies: string[] = [];
  const outcome = await openMailer(server.url).send(MESSAGE, { beforeBody: () => bodies.push('begun') });
  return { outcome, server, bodies };
}

describe.each([{ pipelining: false }, { pipelining: true }])('sending, pipelining: $pipelining', ({ pipelining }) => {
  it('accepts a message once, with its dots intact, and says so before the body goes out', async () => {
    const { outcome, server, bodies } = await sendAgainst({}, pipelining);

    expect(outcome).toEqual({ kind: 'accepted', code: 250, answer: '250 2.0.0 queued as 1' });
    expect(bodies).toEqual(['begun']);
    expect(server.received.map(({ from, to }) => ({ from, to }))).toEqual([
      { from: 'news@shop.example', to: ['ken@mail.example'] },
    ]);
    expect(server.received[0]?.message.toString()).toContain('six of them\r\n.\r\n..dots\r\n');
  });

  const NOT_SENT: readonly [Stage, Fault, Expected][] = [
    ['connect', { reply: '421 4.3.2 busy' }, { kind: 'deferred' }],
    ['connect', { reply: '554 5.7.1 go away' }, { kind: 'deferred', cause: 'connection' }],
    ['connect', { drop: 'fin' }, { kind: 'deferred' }],
    ['connect', { silent: true }, { kind: 'deferred' }],
    ['ehlo', { drop: 'reset' }, { kind: 'deferred' }],
    ['ehlo', { silent: true }, { kind: 'deferred' }],
    ['mail', { reply: '421 4.7.0 too many' }, { kind: 'deferred' }],
    ['mail', { reply: '451 4.3.0 later' }, { kind: 'deferred' }],
    ['mail', { reply: '550 5.7.1 sender' }, { kind: 'refused', cause: 'policy' }],
    ['mail', { drop: 'fin' }, { kind: 'deferred' }],
    ['mail', { drop: 'reset' }, { kind: 'deferred' }],
    ['mail', { silent: true }, { kind: 'deferred' }],
    ['rcpt', { reply: '421 4.4.2 bye' }, { kind: 'deferred' }],
    ['rcpt', { reply: '450 4.2.1 greylisted' }, { kind: 'deferred', code: 450, enhanced: '4.2.1' }],
    ['rcpt', { reply: '550 5.1.1 unknown' }, { kind: 'refused', code: 550, enhanced: '5.1.1', cause: 'address' }],
    ['rcpt', { drop: 'fin' }, { kind: 'deferred' }],
    ['rcpt', { silent: true }, { kind: 'deferred' }],
    ['data', { reply: '421 4.3.0 bye' }, { kind: 'deferred' }],
    ['data', { reply: '451 4.3.0 later' }, { kind: 'deferred' }],
    ['data', { reply: '554 5.0.0 no' }, { kind: 'refused', cause: 'permanent' }],
    ['data', { drop: 'reset' }, { kind: 'deferred' }],
    ['data', { silent: true }, { kind: 'deferred' }],
  ];

  it.each(NOT_SENT)(
    'reports a failure at %s (%j) as not sent, before any byte of the body',
    async (stage, fault, expected) => {
      const { outcome, server, bodies } = await sendAgainst({ [stage]: fault }, pipelining);

      expect(outcome).toMatchObject(expected);
      expect(bodies).toEqual([]);
      expect(server.received).toEqual([]);
      expect(server.connectionCount()).toBe(1);
    },
  );

  const ANSWERED: readonly [Fault, Expected][] = [
    [{ reply: '421 4.3.0 shutting down' }, { kind: 'deferred', code: 421 }],
    [{ reply: '451 4.3.0 try later' }, { kind: 'deferred', code: 451 }],
    [{ reply: '550 5.7.1 spam' }, { kind: 'refused', code: 550, cause: 'policy' }],
    [{ reply: '552 5.3.4 too big' }, { kind: 'refused', cause: 'too_large' }],
  ];

  it.each(ANSWERED)('believes the answer after the final dot: %j', async (fault, expected) => {
    const { outcome, bodies } = await sendAgainst({ body: fault }, pipelining);

    expect(outcome).toMatchObject(expected);
    expect(bodies).toEqual(['begun']);
  });

  it.each<[Fault]>([[{ drop: 'fin' }], [{ drop: 'reset' }], [{ silent: true }]])(
    'reports %j after the final dot as unknown, and sends nothing again',
    async (fault) => {
      const { outcome, server, bodies } = await sendAgainst({ body: fault }, pipelining);

      expect(outcome.kind).toBe('unknown');
      expect(bodies).toEqual(['begun']);
      expect(server.received).toHaveLength(1);
      expect(server.connectionCount()).toBe(1);
    },
  );
});

it('does not take a reply that comes with the answer to DATA for the acceptance of the message', async () => {
  const early: Fault = { reply: ['354 go ahead', '250 2.0.0 queued'] };
  const server = await startServer({ faults: { data: (nth) => (nth === 1 ? early : undefined) } });
  const mailer = openMailer(server.url);
  const bodies: string[] = [];

  const outcomes = [
    await mailer.send(MESSAGE, { beforeBody: () => bodies.push('first') }),
    await mailer.send(MESSAGE, { beforeBody: () => bodies.push('second') }),
  ];

  expect(outcomes.map(({ kind }) => kind)).toEqual(['deferred', 'accepted']);
  expect(bodies).toEqual(['second']);
  expect(server.received).toHaveLength(1);
});

it.each([
  ['refused', '550 5.7.1 not wanted'],
  ['deferred', '451 4.3.0 later'],
])('keeps back a message that is %s with the answer to DATA', async (kind, reply) => {
  const early: Fault = { reply: ['354 go ahead', reply] };
  const server = await startServer({ faults: { data: (nth) => (nth === 1 ? early : undefined) } });
  const mailer = openMailer(server.url);
  const bodies: string[] = [];

  const outcomes = [
    await mailer.send(MESSAGE, { beforeBody: () => bodies.push('first') }),
    await mailer.send(MESSAGE, { beforeBody: () => bodies.push('second') }),
  ];

  expect(outcomes.map((outcome) => outcome.kind)).toEqual([kind, 'accepted']);
  expect(bodies).toEqual(['second']);
  expect(server.received).toHaveLength(1);
});

it.each<[Stage]>([['mail'], ['rcpt']])(
  'never takes a superfluous reply to %s for the acceptance of the message',
  async (stage) => {
    const twice: Fault = { reply: ['250 2.0.0 ok', '250 2.0.0 ok'] };
    const server = await startServer({ faults: { [stage]: (nth: number) => (nth === 1 ? twice : undefined) } });

    const outcome = await openMailer(server.url).send(MESSAGE);

    expect(outcome.kind).toBe('unknown');
    expect(server.received.length).toBeLessThanOrEqual(1);
  },
);

describe('a used connection', () => {
  const CLOSES: readonly [string, Stage, Fault][] = [
    ['in silence', 'mail', { drop: 'fin' }],
    ['with a reset', 'mail', { drop: 'reset' }],
    ['in silence, asked for the recipient', 'rcpt', { drop: 'fin' }],
    ['with a 421 to MAIL', 'mail', { reply: '421 4.7.0 too many messages on this connection' }],
  ];

  it.each(CLOSES)('that the server closes %s is replaced at once, and the message sent', async (_, stage, fault) => {
    const server = await startServer({ faults: { [stage]: (nth: number) => (nth === 2 ? fault : undefined) } });
    const mailer = openMailer(server.url);
    const bodies: string[] = [];

    const kinds: string[] = [];
    for (const nth of ['first', 'second', 'third']) {
      kinds.push((await mailer.send(MESSAGE, { beforeBody: () => bodies.push(nth) })).kind);
    }

    expect(kinds).toEqual(['accepted', 'accepted', 'accepted']);
    expect(bodies).toEqual(['first', 'second', 'third']);
    expect(server.received).toHaveLength(3);
    expect(server.connectionCount()).toBe(2);
  });

  it('is replaced however many of them the server has closed', async () => {
    const limit = new Map<number, Fault>();
    const server = await startServer({ faults: { mail: (nth) => limit.get(nth) } });
    const mailer = openMailer(server.url, { connections: 3 });
    await Promise.all([1, 2, 3].map(() => mailer.send(MESSAGE)));
    for (const nth of [4, 5, 6]) limit.set(nth, { drop: 'fin' });

    const outcomes = await Promise.all([1, 2, 3].map(() => mailer.send(MESSAGE)));

    expect(outcomes.map(({ kind }) => kind)).toEqual(['accepted', 'accepted', 'accepted']);
    expect(server.received).toHaveLength(6);
  });

  it('whose server is gone for good leaves the message not sent, after a bounded number of tries', async () => {
    const server = await startServer({ faults: { mail: (nth) => (nth > 1 ? { drop: 'fin' } : undefined) } });
    const mailer = openMailer(server.url);
    await mailer.send(MESSAGE);

    const outcome = await mailer.send(MESSAGE);

    expect(outcome).toMatchObject({ kind: 'deferred', cause: 'connection', scope: 'sender' });
    expect(server.connectionCount()).toBe(2);
  });

  it('lets the 421 of a busy destination through, with its text, and does not try again', async () => {
    const busy: Fault = { reply: '421 4.7.28 unusual rate of unsolicited mail' };
    const server = await startServer({ faults: { rcpt: (nth) => (nth === 2 ? busy : undefined) } });
    const mailer = openMailer(server.url);
    await mailer.send(MESSAGE);

    const outcome = await mailer.send(MESSAGE);

    expect(outcome).toMatchObject({
      kind: 'deferred',
      code: 421,
      enhanced: '4.7.28',
      scope: 'destination',
      retryAfterMs: 600_000,
    });
    expect(server.received).toHaveLength(1);
  });

  it('that goes silent is not waited for twice', async () => {
    const server = await startServer({ faults: { mail: (nth) => (nth === 2 ? { silent: true } : undefined) } });
    const mailer = openMailer(server.url);
    await mailer.send(MESSAGE);

    const outcome = await mailer.send(MESSAGE);

    expect(outcome).toMatchObject({ kind: 'deferred', cause: 'connection' });
    expect(server.connectionCount()).toBe(1);
  });

  it('is left alone after as many messages as the URL says', async () => {
    const server = await startServer({});
    const mailer = openMailer(`${server.url}?maxMessages=2`);

    for (let nth = 1; nth <= 5; nth += 1) expect((await mailer.send(MESSAGE)).kind).toBe('accepted');

    expect(server.connectionCount()).toBe(3);
  });
});

describe('reports', () => {
  const told = async (options: SmtpServerOptions, more = '') => {
    const server = await startServer(options);
    await openMailer(`${server.url}${more}`).send(MESSAGE);
    return server.commands.filter((line) => /^(MAIL|RCPT)/.test(line));
  };
  const from = `MAIL FROM:<${MESSAGE.envelope.from}>`;
  const to = `RCPT TO:<${MESSAGE.envelope.to}>`;
  const id = /^<([^@]+)@/.exec(MESSAGE.messageId)?.[1];

  it('are asked for of failures alone, with the header, under the id of the message', async () => {
    expect(await told({ dsn: true })).toEqual([`${from} RET=HDRS ENVID=${id}`, `${to} NOTIFY=FAILURE`]);
  });

  it('are not spoken of to a server that does not announce them, or where the URL says so', async () => {
    expect(await told({})).toEqual([from, to]);
    expect(await told({ dsn: true }, '?dsn=off')).toEqual([from, to]);
  });
});

it('keeps no more messages in flight than connections', async () => {
  const server = await startServer({});
  const mailer = openMailer(server.url, { connections: 2 });

  const outcomes = await Promise.all(Array.from({ length: 20 }, () => mailer.send(MESSAGE)));

  expect(outcomes.every(({ kind }) => kind === 'accepted')).toBe(true);
  expect(server.connectionCount()).toBe(2);
});

it('sends what waited while the pool was renewed', async () => {
  const early: Fault = { reply: ['354 go ahead', '250 2.0.0 queued'] };
  const server = await startServer({ faults: { data: (nth) => (nth === 1 ? early : undefined) } });
  const mailer = openMailer(server.url);

  const outcomes = await Promise.all([1, 2, 3].map(() => mailer.send(MESSAGE)));

  expect(outcomes.map(({ kind }) => kind)).toEqual(['deferred', 'accepted', 'accepted']);
  expect(server.received).toHaveLength(2);
});

it('keeps the id that an Outlook server gives instead of ours', async () => {
  const reply = '250 2.0.0 OK <abc@xyz.prod.outlook.com> [Hostname=x]';
  const server = await startServer({ faults: { body: { reply } } });

  const outcome = await openMailer(server.url).send(MESSAGE);

  expect(outcome).toMatchObject({ kind: 'accepted', messageId: 'abc@xyz.prod.outlook.com' });
});

it('keeps a connection after a refused recipient', async () => {
  const server = await startServer({
    faults: { rcpt: (nth) => (nth === 1 ? { reply: '550 5.1.1 unknown' } : undefined) },
    pipelining: true,
  });
  const mailer = openMailer(server.url);

  const kinds = [(await mailer.send(MESSAGE)).kind, (await mailer.send(MESSAGE)).kind];

  expect(kinds).toEqual(['refused', 'accepted']);
  expect(server.connectionCount()).toBe(1);
});

it('reports a server that is down as not sent', async () => {
  const mailer = openMailer(`smtp://127.0.0.1:${await findClosedPort()}`);

  const outcome = await mailer.send(MESSAGE);

  expect(outcome).toMatchObject({ kind: 'deferred', cause: 'connection' });
});

it('sends nothing, and throws what the hook threw, when the journal fails before the body', async () => {
  const server = await startServer({});
  const failure = new Error('no space left');

  const sending = openMailer(server.url).send(MESSAGE, {
    beforeBody: () => {
      throw failure;
    },
  });

  await expect(sending).rejects.toBe(failure);
  expect(server.received).toEqual([]);
});

describe('credentials', () => {
  const login = { user: 'nightjar', pass: 'p@ss/word' };
  const withLogin = (url: string, pass: string) => url.replace('://', `://nightjar:${encodeURIComponent(pass)}@`);

  it('are read from the URL, percent signs decoded', async () => {
    const server = await startServer({ login });

    const outcome = await openMailer(withLogin(server.url, login.pass)).send(MESSAGE);

    expect(outcome.kind).toBe('accepted');
  });

  it('that are refused stop the run with E_MAIL_LOGIN', async () => {
    const server = await startServer({ login });
    const mailer = openMailer(withLogin(server.url, 'wrong'));

    await expect(mailer.send(MESSAGE)).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
    await expect(mailer.verify()).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
    expect(server.commands.filter((line) => line.startsWith('MAIL'))).toEqual([]);
  });

  it('that fail for a moment are tried later', async () => {
    const server = await startServer({ login, faults: { auth: { reply: '454 4.7.0 temporary failure' } } });

    const outcome = await openMailer(withLogin(server.url, login.pass)).send(MESSAGE);

    expect(outcome).toMatchObject({ kind: 'deferred', code: 454, scope: 'login', cause: 'transient' });
  });
});

describe('verify', () => {
  it('passes against a server that answers, and sends nothing', async () => {
    const server = await startServer({});

    await openMailer(server.url).verify();

    expect(server.commands.some((line) => line.startsWith('MAIL'))).toBe(false);
  });

  it('fails with E_MAIL_SERVER where nothing listens', async () => {
    const mailer = openMailer(`smtp://127.0.0.1:${await findClosedPort()}`);

    await expect(mailer.verify()).rejects.toMatchObject({ code: 'E_MAIL_SERVER', retry: 'later' });
  });
});

it('fails waiting messages as not sent when it closes, and lets the one under way finish', async () => {
  const server = await startServer({});
  const mailer = openMailer(server.url);
  const sends = [1, 2, 3].map(() => mailer.send(MESSAGE));

  await sends[0];
  await mailer.close();
  const kinds = (await Promise.all(sends)).map((outcome) => outcome.kind);

  expect(kinds.filter((kind) => kind === 'accepted')).toHaveLength(server.received.length);
  expect(kinds.every((kind) => kind === 'accepted' || kind === 'deferred')).toBe(true);
});

it.each(['http://mail.example', 'smtp://', 'mail.example:25', ''])('refuses %j as the URL of a server', (url) => {
  expect(() => createMailer({ url, connections: 1 })).toThrow(expect.objectContaining({ code: 'E_CONFIG_FIELD' }));
});
