import { simpleParser } from 'mailparser';
import { createMailer, type Mailer, type MailerOptions, type SendHooks } from '../../src/mail/mailer';
import type { SendOutcome } from '../../src/mail/outcome';
import { cleanTag } from '../../src/mail/ses-mailer';
import { findClosedPort } from '../support/smtp-server';
import { testMessage } from '../support/test-message';
import { type SesFault, type SesServer, type SesServerOptions, startSesServer } from './support/ses-server';

const MAIL = { from: 'Corner Shop <news@shop.example>', subject: 'picks für Ken', text: 'six of them\n.\n' };
const MESSAGE = testMessage(MAIL);
const CREDENTIALS = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };

const opened: { close(): Promise<void> }[] = [];
afterEach(async () => {
  for (const part of opened.splice(0).reverse()) await part.close();
});

async function startServer(options: SesServerOptions = {}): Promise<SesServer> {
  const server = await startSesServer(options);
  opened.push(server);
  return server;
}

function openMailer(endpoint: string, options: Partial<MailerOptions> = {}): Mailer {
  const mailer = createMailer({
    url: 'ses',
    connections: 2,
    timeouts: { connect: 2000, silence: 300 },
    aws: { region: 'eu-west-1', credentials: CREDENTIALS, endpoint },
    ...options,
  });
  opened.push({ close: () => mailer.close({ force: true }) });
  return mailer;
}

function createGate() {
  let open = () => {};
  const opened = new Promise<void>((resolve) => {
    open = resolve;
  });
  return { open: () => open(), opened };
}

async function sendAgainst(fault: SesFault | undefined, hooks: SendHooks = {}) {
  const server = await startServer({ faults: () => fault });
  const outcome = await openMailer(server.url).send(MESSAGE, hooks);
  return { server, outcome };
}

describe('a message that SES takes', () => {
  it('keeps the id of SES, and says when it goes out', async () => {
    const bodies: string[] = [];

    const { server, outcome } = await sendAgainst(undefined, { beforeBody: () => bodies.push('begun') });

    const [messageId] = server.ids;
    expect(outcome).toEqual({ kind: 'accepted', code: 200, messageId, answer: `200 ${messageId}` });
    expect(bodies).toEqual(['begun']);
    expect(server.requestCount()).toBe(1);
  });

  it('is whole, and goes to the one recipient, with our tags cleaned', async () => {
    const { server } = await sendAgainst(undefined, { tags: { run: 'nightly-picks.2026-11-24', job: 'Ausgewählt' } });

    const [request] = server.received;
    const mail = await simpleParser(Buffer.from(request?.Content?.Raw?.Data ?? '', 'base64'));
    expect(mail).toMatchObject({ subject: 'picks für Ken', text: 'six of them\n.\n' });
    expect(request).toMatchObject({
      FromEmailAddress: 'Corner Shop <news@shop.example>',
      Destination: { ToAddresses: ['ken@mail.example'] },
      EmailTags: [
        { Name: 'run', Value: 'nightly-picks-2026-11-24' },
        { Name: 'job', Value: 'Ausgew-hlt' },
      ],
    });
    expect(Object.keys(request ?? {})).not.toContain('FeedbackForwardingEmailAddress');
    expect(Object.keys(request ?? {})).not.toContain('exchange');
  });

  it('carries the configuration set of the URL, and a return path as the address for feedback', async () => {
    const server = await startServer();
    const mailer = openMailer(server.url, { url: 'ses://eu-west-1?configurationSet=nightly' });

    await mailer.send(testMessage({ ...MAIL, returnPath: 'b+k3@bounce.shop.example' }));

    expect(server.received).toEqual([
      expect.objectContaining({
        ConfigurationSetName: 'nightly',
        FeedbackForwardingEmailAddress: 'b+k3@bounce.shop.example',
      }),
    ]);
  });
});

describe('an answer of SES', () => {
  it.each<[SesFault, Partial<Record<keyof Extract<SendOutcome, { kind: 'refused' | 'deferred' }>, unknown>>]>([
    [
      { error: 'TooManyRequestsException', status: 429, message: 'Maximum sending rate exceeded.' },
      { kind: 'deferred', cause: 'throttled', scope: 'sender', code: 429, retryAfterMs: 5000 },
    ],
    [
      { error: 'TooManyRequestsException', status: 429, message: 'Daily message quota exceeded.' },
      { kind: 'deferred', cause: 'daily_quota', scope: 'sender', retryAfterMs: 3_600_000 },
    ],
    [{ error: 'LimitExceededException' }, { kind: 'deferred', cause: 'daily_quota', scope: 'sender' }],
    [
      { status: 429, body: '{}' },
      { kind: 'deferred', cause: 'throttled', scope: 'sender' },
    ],
    [
      { error: 'MessageRejected', message: 'Message content is not allowed' },
      { kind: 'refused', cause: 'permanent', scope: 'sender', bounce: 'none', name: 'MessageRejected' },
    ],
    [
      {
        error: 'MessageRejected',
        message:
          'Email address is not verified. The following identities failed the check in region EU-WEST-1: ken@mail.example',
      },
      { kind: 'refused', cause: 'policy', scope: 'sender', bounce: 'none' },
    ],
    [
      { error: 'MessageRejected', message: 'Address blacklisted.' },
      { kind: 'refused', cause: 'address', scope: 'recipient', bounce: 'hard' },
    ],
    [
      { error: 'BadRequestException', message: "Missing final '@domain'" },
      { kind: 'refused', cause: 'address', scope: 'recipient', bounce: 'hard' },
    ],
    [
      { error: 'BadRequestException', message: 'Message length is more than 41943040 bytes long' },
      { kind: 'refused', cause: 'too_large', scope: 'sender' },
    ],
    [
      { error: 'BadRequestException', message: 'Invalid tag value length' },
      { kind: 'refused', cause: 'permanent', scope: 'sender', bounce: 'none' },
    ],
  ])('%j is %j, and nothing is sent twice', async (fault, expected) => {
    const { server, outcome } = await sendAgainst(fault);

    expect(outcome).toMatchObject(expected);
    expect(server.requestCount()).toBe(1);
  });

  it.each<[SesFault, string]>([
    [{ error: 'AccountSuspendedException' }, 'E_MAIL_SENDER'],
    [{ error: 'SendingPausedException' }, 'E_MAIL_SENDER'],
    [{ error: 'MailFromDomainNotVerifiedException' }, 'E_MAIL_SENDER'],
    [{ error: 'NotFoundException', status: 404, message: 'Configuration set <x> does not exist.' }, 'E_MAIL_SENDER'],
    [
      {
        error: 'MessageRejected',
        message:
          'Email address is not verified. The following identities failed the check in region EU-WEST-1: ken@mail.example, Corner Shop <news@shop.example>',
      },
      'E_MAIL_SENDER',
    ],
    [{ error: 'UnrecognizedClientException', status: 403 }, 'E_MAIL_LOGIN'],
    [{ error: 'ExpiredTokenException', status: 403 }, 'E_MAIL_LOGIN'],
    [{ error: 'AccessDeniedException', status: 403 }, 'E_MAIL_LOGIN'],
  ])('%j stops the run with %s', async (fault, code) => {
    const sending = sendAgainst(fault);

    await expect(sending).rejects.toMatchObject({ code, retry: 'afterFix', fix: expect.any(String) });
  });

  it('shows no address of a person', async () => {
    const message = 'Email address is not verified. The following identities failed the check: ken@mail.example';

    const { outcome } = await sendAgainst({ error: 'MessageRejected', message });

    expect(JSON.stringify(outcome)).toContain('…@mail.example');
    expect(JSON.stringify(outcome)).not.toContain('ken@');
  });
});

describe('a request without an honest answer', () => {
  it.each<[SesFault]>([
    [{ drop: 'taken' }],
    [{ drop: 'unread' }],
    [{ silent: true }],
    [{ error: 'InternalServiceErrorException', status: 500 }],
    [{ status: 503, body: '<html>busy</html>' }],
    [{ status: 200, body: '{}' }],
    [{ status: 200, body: '<html>a proxy</html>' }],
  ])('%j leaves the message unknown after one request', async (fault) => {
    const { server, outcome } = await sendAgainst(fault);

    expect(outcome).toMatchObject({ kind: 'unknown', scope: 'sender' });
    expect(server.requestCount()).toBe(1);
  });

  it('is unknown too on a connection that was used before', async () => {
    const server = await startServer({ faults: (nth) => (nth === 2 ? { drop: 'taken' } : undefined) });
    const mailer = openMailer(server.url, { connections: 1 });

    const kinds = [];
    for (let nth = 1; nth <= 3; nth += 1) kinds.push((await mailer.send(MESSAGE)).kind);

    expect(kinds).toEqual(['accepted', 'unknown', 'accepted']);
    expect(server.requestCount()).toBe(3);
    expect(server.connectionCount()).toBe(2);
  });
});

describe('what never reached SES', () => {
  it('is not sent where nothing listens', async () => {
    const outcome = await openMailer(`http://127.0.0.1:${await findClosedPort()}`).send(MESSAGE);

    expect(outcome).toMatchObject({ kind: 'deferred', cause: 'connection', scope: 'sender' });
  });

  it('is not sent where the name of the host is unknown', async () => {
    const outcome = await openMailer('http://ses.invalid').send(MESSAGE);

    expect(outcome).toMatchObject({ kind: 'deferred', cause: 'connection' });
  });

  it('is not sent where there are no credentials, which stops the run', async () => {
    const server = await startServer();
    const credentials = async () => {
      throw Object.assign(new Error('Could not load credentials from any providers'), {
        name: 'CredentialsProviderError',
      });
    };
    const mailer = openMailer(server.url, { aws: { region: 'eu-west-1', endpoint: server.url, credentials } });

    await expect(mailer.send(MESSAGE)).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
    await expect(mailer.verify()).rejects.toMatchObject({ code: 'E_MAIL_LOGIN' });
    expect(server.requestCount()).toBe(0);
  });

  it('is not sent where the journal fails, and that failure is thrown as it is', async () => {
    const server = await startServer();
    const failure = new Error('no space left');
    const beforeBody = () => {
      throw failure;
    };

    await expect(openMailer(server.url).send(MESSAGE, { beforeBody })).rejects.toBe(failure);
    expect(server.requestCount()).toBe(0);
    expect('code' in failure).toBe(false);
  });

  it('is not sent where it was given up before its turn', async () => {
    const server = await startServer();

    const outcome = await openMailer(server.url).send(MESSAGE, { signal: AbortSignal.abort() });

    expect(outcome.kind).toBe('deferred');
    expect(server.requestCount()).toBe(0);
  });
});

it('holds at most as many requests as connections, and closes after what is under way', async () => {
  const gate = createGate();
  const full = createGate();
  const server = await startServer({ hold: () => gate.opened });
  const mailer = openMailer(server.url, { timeouts: {} });
  const begun: number[] = [];
  const beforeBody = () => {
    if (begun.push(1) === 2) full.open();
  };
  const sends = [1, 2, 3, 4].map(() => mailer.send(MESSAGE, { beforeBody }));
  await full.opened;
  const closing = mailer.close();
  gate.open();
  await closing;

  const kinds = (await Promise.all(sends)).map(({ kind }) => kind);
  expect(kinds).toEqual(['accepted', 'accepted', 'deferred', 'deferred']);
  expect(server.requestCount()).toBe(2);
});

it('closes a connection that lies idle before the server does, so that no request is lost on a dead one', async () => {
  const server = await startServer();
  const mailer = openMailer(server.url, { timeouts: {} });
  await mailer.send(MESSAGE);
  await mailer.send(MESSAGE);
  expect(server.connectionCount()).toBe(1);

  await server.allClosed();

  expect((await mailer.send(MESSAGE)).kind).toBe('accepted');
  expect(server.connectionCount()).toBe(2);
}, 20_000);

it('cuts what is under way when it is closed by force, and calls it unknown', async () => {
  const server = await startServer({ faults: () => ({ silent: true }) });
  const mailer = openMailer(server.url, { timeouts: {} });
  const begun = createGate();
  const outcome = mailer.send(MESSAGE, { beforeBody: begun.open });
  await begun.opened;

  await mailer.close({ force: true });

  expect((await outcome).kind).toBe('unknown');
});

describe('verify', () => {
  const verifyAgainst = async (account: NonNullable<SesServerOptions['account']>) => {
    const server = await startServer({ account });
    return { server, facts: await openMailer(server.url).verify() };
  };

  it('tells the quota, and sends nothing', async () => {
    const { server, facts } = await verifyAgainst({
      ProductionAccessEnabled: true,
      SendingEnabled: true,
      EnforcementStatus: 'HEALTHY',
      SendQuota: { Max24HourSend: 50_000, MaxSendRate: 14, SentLast24Hours: 120 },
    });

    expect(facts).toEqual({ warnings: [], quota: { perDay: 50_000, perSecond: 14, sentLastDay: 120 } });
    expect(server.received).toEqual([]);
  });

  it('knows an account without a daily limit', async () => {
    const { facts } = await verifyAgainst({ SendQuota: { Max24HourSend: -1, MaxSendRate: 200 } });

    expect(facts.quota).toEqual({ perDay: undefined, perSecond: 200, sentLastDay: 0 });
  });

  it.each([
    [{ ProductionAccessEnabled: false }, /sandbox/],
    [{ EnforcementStatus: 'PROBATION' }, /under review/],
    [{ error: 'AccessDeniedException', status: 403 }, /ses:GetAccount/],
  ])('warns of %j', async (account, warning) => {
    const { facts } = await verifyAgainst(account);

    expect(facts.warnings).toEqual([expect.stringMatching(warning)]);
  });

  it('does not stop a run because others ask as well', async () => {
    const { facts } = await verifyAgainst({ error: 'TooManyRequestsException', status: 429 });

    expect(facts).toEqual({ warnings: [] });
  });

  it.each([
    [{ SendingEnabled: false }, 'E_MAIL_SENDER'],
    [{ EnforcementStatus: 'SHUTDOWN', SendingEnabled: true }, 'E_MAIL_SENDER'],
    [{ error: 'UnrecognizedClientException', status: 403 }, 'E_MAIL_LOGIN'],
    [{ error: 'InternalServiceErrorException', status: 500 }, 'E_MAIL_SERVER'],
  ])('refuses %j with %s', async (account, code) => {
    await expect(verifyAgainst(account)).rejects.toMatchObject({ code });
  });

  it('fails with E_MAIL_SERVER where nothing listens', async () => {
    const mailer = openMailer(`http://127.0.0.1:${await findClosedPort()}`);

    await expect(mailer.verify()).rejects.toMatchObject({ code: 'E_MAIL_SERVER', retry: 'later' });
  });
});

it('reads the endpoint of the SDK’s own variable where it is given none', async () => {
  const server = await startServer();
  process.env.AWS_ENDPOINT_URL_SESV2 = server.url;
  try {
    const mailer = openMailer(server.url, {
      url: 'ses://eu-central-1',
      aws: { region: 'eu-west-1', credentials: CREDENTIALS },
    });
    expect((await mailer.send(MESSAGE)).kind).toBe('accepted');
  } finally {
    delete process.env.AWS_ENDPOINT_URL_SESV2;
  }
});

it.each(['ses://', 'ses://nowhere', 'ses://eu-west-1?set=a', 'ses://eu-west-1/x', 'ses:eu-west-1'])(
  'refuses %j as a URL of SES',
  (url) => {
    expect(() => createMailer({ url, connections: 1 })).toThrow(expect.objectContaining({ code: 'E_CONFIG_FIELD' }));
  },
);

it('needs a region', () => {
  expect(() => createMailer({ url: 'ses', connections: 1 })).toThrow(
    expect.objectContaining({ code: 'E_CONFIG_FIELD' }),
  );
});

it.each([
  ['nightly-picks.2026-11-24', 'nightly-picks-2026-11-24'],
  ['', '-'],
  ['x'.repeat(300), 'x'.repeat(256)],
])('cleans the tag %j', (text, cleaned) => {
  expect(cleanTag(text)).toBe(cleaned);
});
