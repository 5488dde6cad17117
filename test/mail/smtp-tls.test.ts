/** TLS with real handshakes: STARTTLS and smtps against smtp-server, certificates that are trusted and that are not. */
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';
import { createMailer } from '../../src/mail/mailer';
import { makeCertificate } from '../support/certificate';
import { startSmtpServer } from '../support/smtp-server';
import { testMessage } from '../support/test-message';
import { startSesServer } from './support/ses-server';

const MESSAGE = testMessage();

let folder: string;
let key: Buffer;
let cert: Buffer;
let certFile: string;
const opened: (() => Promise<void>)[] = [];
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'nightjar-tls-'));
  const files = await makeCertificate(folder);
  certFile = files.certFile;
  [key, cert] = await Promise.all([readFile(files.keyFile), readFile(files.certFile)]);
});
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});
afterAll(() => rm(folder, { recursive: true, maxRetries: 10 }));

interface Heard {
  readonly port: number;
  /** Per message: was its session secure. */
  readonly messages: boolean[];
}

async function startServer(options: SMTPServerOptions): Promise<Heard> {
  const messages: boolean[] = [];
  const server = new SMTPServer({
    authOptional: true,
    onAuth: ({ username, password }, _session, done) =>
      username === 'us er' && password === 'p@ss/word' ? done(null, { user: 'it' }) : done(new Error('no')),
    onData: (stream, session, done) => {
      stream.resume();
      stream.once('end', () => {
        messages.push(session.secure);
        done(null, 'queued');
      });
    },
    ...options,
  });
  server.on('error', () => undefined);
  const listening = server.listen(0, '127.0.0.1');
  await new Promise<void>((resolve) => listening.once('listening', resolve));
  opened.push(() => new Promise((resolve) => server.close(() => resolve())));
  const address = listening.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { port: address.port, messages };
}

function openMailer(url: string) {
  const mailer = createMailer({ url, connections: 1, timeouts: { connect: 2000, greeting: 2000, silence: 2000 } });
  opened.push(() => mailer.close({ force: true }));
  return mailer;
}

const UNSAFE = { code: 'E_MAIL_TLS', retry: 'afterFix' };

describe('a server whose certificate is not trusted', () => {
  it.each([
    ['smtps', { secure: true }, ''],
    ['smtp', { secure: false }, ''],
    ['smtp', { secure: false }, '?requireTLS=true'],
  ])('over %s %j%s stops sending, with the variable that names its authority', async (scheme, { secure }, query) => {
    const server = await startServer({ secure, key, cert });
    const mailer = openMailer(`${scheme}://127.0.0.1:${server.port}${query}`);

    const expected = { ...UNSAFE, fix: expect.stringContaining('NODE_EXTRA_CA_CERTS') };
    await expect(mailer.verify()).rejects.toMatchObject(expected);
    await expect(mailer.send(MESSAGE)).rejects.toMatchObject(expected);
    expect(server.messages).toEqual([]);
  });

  it('is written to in clear where the URL says so', async () => {
    const server = await startServer({ key, cert });

    const outcome = await openMailer(`smtp://127.0.0.1:${server.port}?tls=off`).send(MESSAGE);

    expect(outcome.kind).toBe('accepted');
    expect(server.messages).toEqual([false]);
  });

  it('stops sending over SES too', async () => {
    const server = await startSesServer({ tls: { key, cert } });
    opened.push(() => server.close());
    const credentials = { accessKeyId: 'AKIDTEST', secretAccessKey: 'test' };
    const mailer = createMailer({
      url: 'ses',
      connections: 1,
      aws: { region: 'eu-west-1', credentials, endpoint: server.url },
    });
    opened.push(() => mailer.close());

    await expect(mailer.send(MESSAGE)).rejects.toMatchObject(UNSAFE);
    await expect(mailer.verify()).rejects.toMatchObject(UNSAFE);
    expect(server.received).toEqual([]);
  });
});

it.each(['smtps', 'smtp'])('trusts a server over %s whose authority stands in NODE_EXTRA_CA_CERTS', async (scheme) => {
  const server = await startServer({ secure: scheme === 'smtps', key, cert });
  const script = join(__dirname, 'support', 'verify-process.js');
  const verify = async (env: NodeJS.ProcessEnv) => {
    const url = `${scheme}://127.0.0.1:${server.port}?${scheme === 'smtp' ? 'requireTLS=true' : ''}`;
    return (await promisify(execFile)(process.execPath, [script, url], { env: { ...process.env, ...env } })).stdout;
  };

  expect(await verify({ NODE_EXTRA_CA_CERTS: certFile })).toBe('safe');
  expect(await verify({ NODE_EXTRA_CA_CERTS: '' })).toBe('E_MAIL_TLS');
});

it('names a certificate of another host', async () => {
  const other = await mkdtemp(join(tmpdir(), 'nightjar-tls-'));
  const files = await makeCertificate(other, { names: ['DNS:mail.example'] });
  const server = await startServer({
    secure: true,
    key: await readFile(files.keyFile),
    cert: await readFile(files.certFile),
  });
  const script = join(__dirname, 'support', 'verify-process.js');
  const env = { ...process.env, NODE_EXTRA_CA_CERTS: files.certFile };

  const { stdout } = await promisify(execFile)(process.execPath, [script, `smtps://127.0.0.1:${server.port}`], { env });

  expect(stdout).toBe('E_MAIL_TLS');
  await rm(other, { recursive: true, maxRetries: 10 });
});

it('refuses to go on without STARTTLS where it is demanded', async () => {
  const server = await startServer({ disabledCommands: ['STARTTLS'] });
  const mailer = openMailer(`smtp://127.0.0.1:${server.port}?requireTLS=true`);

  await expect(mailer.send(MESSAGE)).rejects.toMatchObject({ ...UNSAFE, fix: expect.stringContaining('smtps://') });
  expect(server.messages).toEqual([]);
});

it('uses no TLS where none is offered and none demanded', async () => {
  const server = await startServer({ disabledCommands: ['STARTTLS'] });

  expect((await openMailer(`smtp://127.0.0.1:${server.port}`).send(MESSAGE)).kind).toBe('accepted');
  expect(server.messages).toEqual([false]);
});

it('names smtps:// to a port that speaks no TLS', async () => {
  const server = await startServer({ disabledCommands: ['STARTTLS'] });
  const mailer = openMailer(`smtps://127.0.0.1:${server.port}`);

  await expect(mailer.verify()).rejects.toMatchObject({ ...UNSAFE, fix: expect.stringContaining('smtp://') });
});

it('takes a server that breaks off in the handshake for one that passes', async () => {
  const server = createServer((socket) => socket.destroy());
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  opened.push(() => new Promise((resolve) => server.close(() => resolve())));
  const { port } = server.address() as AddressInfo;

  expect(await openMailer(`smtps://127.0.0.1:${port}`).send(MESSAGE)).toMatchObject({
    kind: 'deferred',
    cause: 'connection',
  });
});

it('takes no answer to a message for a matter of certificates', async () => {
  const server = await startSmtpServer({
    faults: { rcpt: { reply: '550 5.7.1 self-signed certificate of the sender refused' } },
  });
  opened.push(() => server.close());

  expect(await openMailer(server.url).send(MESSAGE)).toMatchObject({ kind: 'refused', cause: 'policy' });
});

it('logs in with user and password of the URL, percent signs decoded', async () => {
  const server = await startServer({ disabledCommands: ['STARTTLS'], authOptional: false, allowInsecureAuth: true });
  const mailer = openMailer(`smtp://us%20er:p%40ss%2Fword@127.0.0.1:${server.port}`);

  await mailer.verify();
  expect((await mailer.send(MESSAGE)).kind).toBe('accepted');
});
