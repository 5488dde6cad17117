/** Destinations of audience files, against real servers: HTTPS and SFTP on this machine. */
import { createHash } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer as createHttpServer,
  type Server as HttpServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type ServerResponse,
} from 'node:http';
import { createServer, type Server } from 'node:https';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { S3Client } from '@aws-sdk/client-s3';
import { utils } from 'ssh2';
import type { DestinationSettings } from '../../src/config/destination-settings';
import { isNightjarError } from '../../src/errors';
import { createS3Client } from '../../src/storage/client';
import { away, isUnreached, type OutgoingFile } from '../../src/storage/destinations/destination';
import { openDestination } from '../../src/storage/destinations/open';
import { makeCertificate } from '../support/certificate';
import { type SftpServer, startSftpServer } from './support/sftp-server';

const TEXT = 'email\r\n'.repeat(20_000);
const signal = new AbortController().signal;
let folder: string;

beforeAll(() => {
  folder = mkdtempSync(path.join(tmpdir(), 'nightjar-destinations-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function fileOf(text: string, name = 'tea.meta.csv'): OutgoingFile {
  const bytes = Buffer.from(text);
  const sha256 = createHash('sha256').update(bytes).digest('hex');
  const open = async function* () {
    for (let from = 0; from < bytes.length; from += 16_384) yield bytes.subarray(from, from + 16_384);
  };
  return { name, bytes: bytes.length, sha256, contentType: 'text/csv', open };
}

async function deliver(settings: DestinationSettings, file = fileOf(TEXT)): Promise<void> {
  const s3 = new S3Client({ region: 'us-east-1' });
  const destination = await openDestination({ name: 'partner', settings, folder: 'run-1/', s3, kmsKeyArn: null });
  try {
    await destination.put(file, signal);
  } finally {
    await destination.close();
    s3.destroy();
  }
}

describe('HTTPS', () => {
  interface Upload {
    readonly path: string;
    readonly headers: IncomingHttpHeaders;
    readonly body: string;
  }
  let server: Server;
  let base: string;
  let caFile: string;
  let uploads: Upload[] = [];
  let respond: (answer: ServerResponse) => void;

  beforeAll(async () => {
    const { certFile, keyFile } = await makeCertificate(folder);
    caFile = certFile;
    server = createServer({ cert: readFileSync(certFile), key: readFileSync(keyFile) }, (request, answer) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        const body = Buffer.concat(chunks).toString();
        uploads.push({ path: `${request.method} ${request.url}`, headers: request.headers, body });
        respond(answer);
      });
      request.on('error', () => undefined);
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    base = `https://127.0.0.1:${(server.address() as AddressInfo).port}/in/`;
  });
  beforeEach(() => {
    uploads = [];
    respond = (answer) => answer.writeHead(201).end();
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  it('puts the file with its length, its checksum and the secret', async () => {
    await deliver({ url: base, caFile, authorization: 'Bearer open-sesame' });
    const [upload] = uploads;
    expect(upload?.path).toBe('PUT /in/run-1/tea.meta.csv');
    expect(upload?.body).toBe(TEXT);
    expect(upload?.headers).toMatchObject({
      authorization: 'Bearer open-sesame',
      'content-length': String(TEXT.length),
    });
    const digest = createHash('sha256').update(TEXT).digest('base64');
    expect(upload?.headers['content-digest']).toBe(`sha-256=:${digest}:`);
  });

  it.each([
    [503, 'E_DESTINATION_AWAY', 'the destination "partner" answers with 503'],
    [429, 'E_DESTINATION_AWAY', 'the destination "partner" answers with 429'],
    [403, 'E_DESTINATION_REFUSED', 'the destination "partner" refuses the upload (403)'],
    [404, 'E_DESTINATION_REFUSED', 'the destination "partner" refuses the upload (404)'],
    [302, 'E_DESTINATION_REFUSED', 'the destination "partner" refuses the upload (302)'],
  ])('takes %d for %s', async (status, code, message) => {
    respond = (answer) => answer.writeHead(status, { location: '/elsewhere' }).end();
    await expect(deliver({ url: base, caFile })).rejects.toMatchObject({ code, message });
    expect(uploads).toHaveLength(1);
  });

  it('trusts nobody whose certificate it does not know', async () => {
    await expect(deliver({ url: base })).rejects.toMatchObject({
      code: 'E_DESTINATION_REFUSED',
      message: expect.stringMatching(/certificate that nobody vouches for/),
    });
    expect(uploads).toEqual([]);
  });

  it.each([
    [404, undefined],
    [403, undefined],
    [501, undefined],
    [401, 'E_DESTINATION_REFUSED'],
    [503, 'E_DESTINATION_AWAY'],
  ])('takes %d for an answer to a probe: %s', async (status, code) => {
    respond = (answer) => answer.writeHead(status).end();
    const s3 = new S3Client({ region: 'us-east-1' });
    const settings = { url: base, caFile, authorization: 'Bearer open-sesame' };
    const destination = await openDestination({ name: 'partner', settings, folder: '', s3, kmsKeyArn: null });
    const probed = destination.probe(signal);
    if (code === undefined) await probed;
    else await expect(probed).rejects.toMatchObject({ code });
    expect(uploads).toMatchObject([{ path: 'HEAD /in/', headers: { authorization: 'Bearer open-sesame' }, body: '' }]);
    s3.destroy();
  });

  it('is away where a connection breaks, or nobody listens', async () => {
    respond = (answer) => answer.destroy();
    await expect(deliver({ url: base, caFile })).rejects.toMatchObject({ code: 'E_DESTINATION_AWAY' });
    await expect(deliver({ url: 'http://127.0.0.1:9/in/' })).rejects.toMatchObject({ code: 'E_DESTINATION_AWAY' });
  });
});

describe('S3', () => {
  let server: HttpServer;
  let endpoint: string;
  let asked: string[] = [];
  let answer: (request: IncomingMessage, response: ServerResponse) => void;

  beforeAll(async () => {
    server = createHttpServer((request, response) => {
      const region = /\/\d{8}\/([a-z0-9-]+)\/s3\//.exec(request.headers.authorization ?? '')?.[1];
      asked.push(`${request.method} ${request.url?.split('?')[0]} ${region}`);
      request.resume();
      request.on('end', () => answer(request, response));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  beforeEach(() => {
    asked = [];
  });
  afterAll(() => new Promise((resolve) => server.close(resolve)));

  async function put(): Promise<void> {
    const s3 = createS3Client({
      region: 'us-east-1',
      endpoint,
      credentials: { accessKeyId: 'TEST', secretAccessKey: 'secret' },
    });
    const settings = { url: 's3://partner-bucket/in/' };
    const destination = await openDestination({ name: 'lake', settings, folder: 'run-1/', s3, kmsKeyArn: null });
    await destination.put(fileOf('email\r\n'), signal).finally(() => s3.destroy());
  }
  const xml = (code: string) => `<?xml version="1.0"?><Error><Code>${code}</Code><Message>no</Message></Error>`;

  it('follows a bucket to its region', async () => {
    answer = (request, response) => {
      if (request.headers.authorization?.includes('/eu-central-1/s3/') === true) response.writeHead(200).end();
      else response.writeHead(301, { 'x-amz-bucket-region': 'eu-central-1' }).end(xml('PermanentRedirect'));
    };
    await put();
    const file = 'PUT /partner-bucket/in/run-1/tea.meta.csv';
    expect(asked).toEqual([`${file} us-east-1`, `${file} eu-central-1`]);
  });

  it.each([
    [403, 'AccessDenied', 'E_DESTINATION_REFUSED', /s3:PutObject and s3:AbortMultipartUpload/],
    [400, 'KMS.DisabledException', 'E_DESTINATION_REFUSED', /kms:GenerateDataKey and kms:Decrypt/],
    [
      404,
      'NoSuchBucket',
      'E_DESTINATION_REFUSED',
      /make the bucket "partner-bucket", or correct destinations.lake.url/,
    ],
    [400, 'InvalidRequest', 'E_DESTINATION_AWAY', /try again when the server is back/],
  ])('takes %d %s for %s', async (status, name, code, fix) => {
    answer = (_, response) => response.writeHead(status).end(xml(name));
    const message = expect.stringContaining(name);
    await expect(put()).rejects.toMatchObject({ code, message, fix: expect.stringMatching(fix) });
  });
});

describe.each([true, false])('SFTP, with the rename of OpenSSH: %s', (posixRename) => {
  let server: SftpServer;
  let root: string;
  let settings: DestinationSettings;
  const key = utils.generateKeyPairSync('ed25519');

  beforeAll(async () => {
    root = mkdtempSync(path.join(folder, 'sftp-'));
    server = await startSftpServer({ root, user: 'nightjar', password: 'p@ss word', key: key.public, posixRename });
    const url = `sftp://nightjar:p%40ss%20word@127.0.0.1:${server.port}/in/audiences/`;
    settings = { url, hostKey: server.hostKey };
  });
  afterAll(() => server.close());
  const written = () => path.join(root, 'in', 'audiences', 'run-1');

  it('writes the file under another name, then renames it; again replaces it', async () => {
    await deliver(settings);
    const file = '/in/audiences/run-1/tea.meta.csv';
    expect(server.asked).toEqual([`open ${file}.part`, `rename ${file}.part ${file}`]);
    expect(readFileSync(path.join(written(), 'tea.meta.csv'), 'utf8')).toBe(TEXT);
    await deliver(settings, fileOf('email\r\nother\r\n'));
    expect(readFileSync(path.join(written(), 'tea.meta.csv'), 'utf8')).toBe('email\r\nother\r\n');
    expect(readdirSync(written())).toEqual(['tea.meta.csv']);
  });

  it('leaves nothing under the final name where the connection breaks', async () => {
    server.cutAtWrite(3);
    await expect(deliver(settings, fileOf(TEXT, 'cut.csv'))).rejects.toMatchObject({ code: 'E_DESTINATION_AWAY' });
    expect(existsSync(path.join(written(), 'cut.csv'))).toBe(false);
    await deliver(settings, fileOf(TEXT, 'cut.csv'));
    expect(readFileSync(path.join(written(), 'cut.csv'), 'utf8')).toBe(TEXT);
    expect(readdirSync(written())).toContain('cut.csv');
    expect(readdirSync(written())).not.toContain('cut.csv.part');
  });

  it('logs in by a key', async () => {
    const keyFile = path.join(folder, 'id_ed25519');
    writeFileSync(keyFile, key.private, { mode: 0o600 });
    const url = `sftp://nightjar@127.0.0.1:${server.port}/in/`;
    await deliver({ url, hostKey: server.hostKey, keyFile }, fileOf('by key', 'key.csv'));
    expect(readFileSync(path.join(root, 'in', 'run-1', 'key.csv'), 'utf8')).toBe('by key');
  });

  it('refuses a server of another key, and tells a wrong password', async () => {
    const hostKey = `SHA256:${'A'.repeat(43)}`;
    await expect(deliver({ ...settings, hostKey })).rejects.toMatchObject({
      code: 'E_DESTINATION_REFUSED',
      fix: expect.stringContaining(server.hostKey),
    });
    const url = `sftp://nightjar:wrong@127.0.0.1:${server.port}/in/`;
    const failed = deliver({ url, hostKey: server.hostKey });
    await expect(failed).rejects.toMatchObject({
      code: 'E_DESTINATION_REFUSED',
      message: expect.stringMatching(/refuses the login/),
    });
  });
});

it('answers a server of SFTP that asks for the password', async () => {
  const root = mkdtempSync(path.join(folder, 'asking-'));
  const server = await startSftpServer({ root, user: 'nightjar', password: 'secret', asksForPassword: true });
  try {
    const urlOf = (password: string) => `sftp://nightjar:${password}@127.0.0.1:${server.port}/in/`;
    await deliver({ url: urlOf('secret'), hostKey: server.hostKey });
    expect(readFileSync(path.join(root, 'in', 'run-1', 'tea.meta.csv'), 'utf8')).toBe(TEXT);
    const refused = { code: 'E_DESTINATION_REFUSED', message: expect.stringMatching(/refuses the login/) };
    await expect(deliver({ url: urlOf('wrong'), hostKey: server.hostKey })).rejects.toMatchObject(refused);
  } finally {
    await server.close();
  }
});

it.each(['http', 'sftp'])(
  'tells a server of %s that nobody answers for from one that cuts the connection',
  async (protocol) => {
    const cutting = createTcpServer((socket) => socket.destroy());
    await new Promise<void>((resolve) => cutting.listen(0, '127.0.0.1', resolve));
    const { port } = cutting.address() as AddressInfo;
    const failing = async () => {
      const url = `${protocol}://nightjar@127.0.0.1:${port}/in/`;
      const error: unknown = await deliver({ url, hostKey: 'SHA256:x' }).catch((problem: unknown) => problem);
      if (!isNightjarError(error)) throw error;
      expect(error.code).toBe('E_DESTINATION_AWAY');
      return isUnreached(error);
    };
    const cut = await failing();
    await new Promise((resolve) => cutting.close(resolve));
    expect({ cut, refused: await failing() }).toEqual({ cut: false, refused: true });
  },
);

it('a connection that stood and is lost by a time-out had somebody at its end', () => {
  const isLost = (cause: object) => isUnreached(away('partner', "can't be reached", Object.assign(new Error(), cause)));
  expect(isLost({ code: 'ETIMEDOUT', syscall: 'connect' })).toBe(true);
  expect(isLost({ code: 'ETIMEDOUT', syscall: 'read' })).toBe(false);
  expect(isLost({ code: 'EHOSTUNREACH', syscall: 'write' })).toBe(false);
});
