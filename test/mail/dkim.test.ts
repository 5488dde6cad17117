import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import fc from 'fast-check';
import { createTransport } from 'nodemailer';
import { proveKey, publicHalf, readDkimKey } from '../../src/mail/dkim/key';
import { judgeRecord } from '../../src/mail/dkim/record';
import { createDkimSigner, type DkimKey } from '../../src/mail/dkim/signer';
import { createMailer } from '../../src/mail/mailer';
import { hostileText } from '../content/support/people';
import { startSmtpServer } from '../support/smtp-server';
import { testMessage } from '../support/test-message';
import { verifyDkim } from './support/dkim-verifier';
import { startSesServer } from './support/ses-server';

function makeKey(bits = 2048): DkimKey {
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: bits });
  return { identity: { domain: 'shop.example', selector: 'nightjar' }, key: privateKey };
}
const DKIM = makeKey();
const RECORD = `v=DKIM1; k=rsa; p=${publicHalf(DKIM.key)}`;
const GOOD = { bodyHolds: true, headersHold: true };

async function sign(text: string, subject = 'picks'): Promise<string> {
  const { raw } = testMessage({ text, subject, from: 'Schöner Laden <news@shop.example>' });
  return (await createDkimSigner(DKIM).sign(raw)).toString('latin1');
}

describe('a signature', () => {
  it('holds for a receiver, covers the ways out and what Gmail counts by, and seals what a reader sees', async () => {
    const verdict = verifyDkim(await sign('six of them\n\n  and  more\t \n\n\n'), RECORD);

    expect(verdict).toMatchObject(GOOD);
    expect(verdict.tags).toMatchObject({
      v: '1',
      a: 'rsa-sha256',
      c: 'relaxed/relaxed',
      d: 'shop.example',
      s: 'nightjar',
    });
    expect(verdict.tags.h?.split(':')).toEqual([
      ...['from', 'to', 'subject', 'date', 'message-id', 'list-id', 'list-unsubscribe', 'list-unsubscribe-post'],
      ...['feedback-id', 'mime-version', 'content-type'],
      ...['from', 'to', 'subject', 'list-unsubscribe', 'list-unsubscribe-post'],
    ]);
  });

  it('holds for any text and subject, and has no long line', async () => {
    await fc.assert(
      fc.asyncProperty(hostileText, hostileText, async (text, subject) => {
        const signed = await sign(text, subject);

        expect(verifyDkim(signed, RECORD)).toMatchObject(GOOD);
        const lines = signed.slice(0, signed.indexOf('\r\nFrom:')).split('\r\n');
        expect(Math.max(...lines.map((line) => line.length))).toBeLessThanOrEqual(78);
      }),
      { numRuns: 100 },
    );
  });

  it.each<[string, (signed: string) => string]>([
    ['another subject', (signed) => signed.replace('Subject: picks', 'Subject: pocks')],
    ['another way out', (signed) => signed.replace('/u/abc>', '/u/abd>')],
    ['a way out by one click less', (signed) => signed.replace(/List-Unsubscribe-Post.*\r\n/, '')],
    ...[
      'From: ceo@bank.example',
      'To: everybody@mail.example',
      'Subject: you have won',
      'List-Unsubscribe: <https://elsewhere.example/u/1>',
      'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    ].map((field): [string, (signed: string) => string] => [
      `a second field before the first one, ${field}`,
      (signed) => `${field}\r\n${signed}`,
    ]),
    ['a second subject behind the first one', (signed) => signed.replace(/^Subject: .*\r\n/m, '$&Subject: won\r\n')],
  ])('does not hold with %s', async (_, change) => {
    const signed = await sign('six of them\n');

    const changed = change(signed);
    expect(changed).not.toBe(signed);
    expect(verifyDkim(changed, RECORD)).toMatchObject({ headersHold: false });
  });

  it('does not hold with another body', async () => {
    const signed = await sign('six of them\n');

    expect(verifyDkim(signed.replace('six of them', 'six of then'), RECORD)).toMatchObject({ bodyHolds: false });
  });

  it("is the one that nodemailer's own signer makes of the same fields", async () => {
    const { raw, envelope } = testMessage({ text: 'a  b \n\n\n' });
    const { key, identity } = DKIM;
    const transport = createTransport({
      streamTransport: true,
      buffer: true,
      // Its types know keys as text; it hands an object to the same function of Node.
      dkim: {
        domainName: identity.domain,
        keySelector: identity.selector,
        privateKey: key.export({ type: 'pkcs8', format: 'pem' }).toString(),
      },
    });

    const info = await transport.sendMail({ envelope: { from: envelope.from, to: [envelope.to] }, raw });
    const theirs = verifyDkim(String(info.message), RECORD);
    const ours = verifyDkim((await createDkimSigner(DKIM).sign(raw)).toString('latin1'), RECORD);

    expect([theirs, ours]).toMatchObject([GOOD, GOOD]);
    expect(ours.tags.bh).toBe(theirs.tags.bh);
  });
});

describe('sending with a key', () => {
  it('signs what goes over SMTP, dots and all', async () => {
    const server = await startSmtpServer({});
    const mailer = createMailer({ url: server.url, connections: 1, dkim: DKIM });

    const outcome = await mailer.send(testMessage({ text: 'six\n.\n..dots\n' }));
    await mailer.close();
    await server.close();

    expect(outcome.kind).toBe('accepted');
    expect(verifyDkim(server.received[0]?.message.toString('latin1') ?? '', RECORD)).toMatchObject(GOOD);
  });

  it('leaves out over SES what SES replaces', async () => {
    const server = await startSesServer();
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };
    const aws = { region: 'eu-west-1', credentials, endpoint: server.url };
    const mailer = createMailer({ url: 'ses', connections: 1, aws, dkim: DKIM });

    await mailer.send(testMessage());
    await mailer.close();
    await server.close();

    const sent = Buffer.from(server.received[0]?.Content?.Raw?.Data ?? '', 'base64').toString('latin1');
    const replaced = sent.replace(/^Message-ID: .*$/m, 'Message-ID: <0106@eu-west-1.amazonses.com>');
    expect(verifyDkim(replaced, RECORD)).toMatchObject(GOOD);
  });
});

describe('a key', () => {
  const pem = (key: DkimKey['key'], type: 'pkcs1' | 'pkcs8' = 'pkcs8') =>
    key.export({ type, format: 'pem' }).toString();

  it.each(['pkcs1', 'pkcs8'] as const)('is read from PEM (%s), and proved', async (type) => {
    const key = readDkimKey(pem(DKIM.key, type), 'dkim.pem');

    await proveKey({ ...DKIM, key });
    expect(publicHalf(key)).toBe(publicHalf(DKIM.key));
  });

  it.each([
    ['none at all', 'hello', /holds no private key/],
    ['a public half', '-----BEGIN PUBLIC KEY-----\nMIIB\n-----END PUBLIC KEY-----\n', /holds no private key/],
    ['one of 512 bits', pem(makeKey(512).key), /has 512 bits; receivers refuse less than 1024/],
    [
      'one of Ed25519',
      generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
      /is of ed25519/,
    ],
    [
      'one behind a password',
      createPrivateKey(pem(DKIM.key))
        .export({ type: 'pkcs8', format: 'pem', cipher: 'aes-256-cbc', passphrase: 'x' })
        .toString(),
      /holds no private key/,
    ],
  ])('that is %s is refused, and never quoted', (_, text, message) => {
    const attempt = () => readDkimKey(text, 'dkim.pem');

    expect(attempt).toThrow(expect.objectContaining({ code: 'E_MAIL_DKIM', message: expect.stringMatching(message) }));
  });
});

describe('the record in DNS', () => {
  const half = publicHalf(DKIM.key);

  it.each([
    ['our key', 'same', [[`v=DKIM1; k=rsa; p=${half}`]]],
    ['our key in two pieces', 'same', [[`v=DKIM1; p=${half.slice(0, 100)}`, half.slice(100)]]],
    ['our key with hashes and a note', 'same', [[`p=${half}; h=sha1:sha256; n=a note`]]],
    ['our key with a blank, beside SPF', 'same', [['v=spf1 -all'], [`p=${half.slice(0, 20)} ${half.slice(20)};`]]],
    ['our key on trial', 'testing', [[`v=DKIM1; t=s:y; p=${half}`]]],
    ['another key', 'other', [[`v=DKIM1; p=${publicHalf(makeKey(1024).key)}`]]],
    ['a key taken back', 'revoked', [['v=DKIM1; p=']]],
    ['nothing', 'missing', []],
    ['SPF alone', 'unreadable', [['v=spf1 -all']]],
    ['another version', 'unreadable', [[`v=DKIM2; p=${half}`]]],
    ['another kind of key', 'unreadable', [[`v=DKIM1; k=ed25519; p=${half}`]]],
    ['another hash', 'unreadable', [[`v=DKIM1; h=sha1; p=${half}`]]],
  ])('that holds %s is %s', (_, kind, records) => {
    expect(judgeRecord(records, half)).toEqual({ kind });
  });
});
