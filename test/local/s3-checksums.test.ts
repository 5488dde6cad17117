import { createHash, createHmac } from 'node:crypto';
import { Readable } from 'node:stream';
import {
  ChecksumAlgorithm,
  CreateBucketCommand,
  GetObjectCommand,
  HeadObjectCommand,
  PutObjectCommand,
} from '@aws-sdk/client-s3';
import { CHECKSUM_ALGORITHMS, checksumHeader, createChecksum } from '../../src/local/s3/checksums';
import { CREDENTIALS, REGION, startTestAws, type TestAws } from './support/local-aws';
import { outcome, send } from './support/s3';

const Bucket = 'shop';
const BODY = Buffer.alloc(100_000, 'nightjar');
let aws: TestAws;
let open: TestAws;

beforeAll(async () => {
  aws = await startTestAws();
  open = await startTestAws({ credentials: null });
  for (const { s3 } of [aws, open]) await s3.send(new CreateBucketCommand({ Bucket }));
});

afterAll(async () => {
  await aws.close();
  await open.close();
});

function digest(algorithm: (typeof CHECKSUM_ALGORITHMS)[number]): string {
  const hash = createChecksum(algorithm);
  hash.update(BODY);
  return hash.digest().toString('base64');
}

describe('checksums that the SDK makes', () => {
  const kinds = ['CRC32', 'CRC32C', 'CRC64NVME', 'SHA1', 'SHA256'] as const;

  it.each(kinds)('are verified and kept in headers and in trailers: %s', async (algorithm) => {
    for (const Body of [BODY, Readable.from([BODY], { objectMode: false })]) {
      const name = { Bucket, Key: `${algorithm}-${Body === BODY ? 'header' : 'trailer'}` };
      const options = { ContentLength: BODY.length, ChecksumAlgorithm: ChecksumAlgorithm[algorithm] };
      const sent = await aws.s3.send(new PutObjectCommand({ ...name, Body, ...options }));
      const got = await aws.s3.send(new GetObjectCommand({ ...name, ChecksumMode: 'ENABLED' }));

      expect(sent[`Checksum${algorithm}`]).toBe(digest(algorithm));
      expect(got[`Checksum${algorithm}`]).toBe(digest(algorithm));
      expect(Buffer.from((await got.Body?.transformToByteArray()) ?? []).equals(BODY)).toBe(true);
    }
  });

  it('are answered only where asked for, and only with all bytes', async () => {
    const name = { Bucket, Key: 'CRC32-header' };
    const head = (more: object) => aws.s3.send(new HeadObjectCommand({ ...name, ...more }));
    const part = new GetObjectCommand({ ...name, Range: 'bytes=0-9', ChecksumMode: 'ENABLED' });

    expect((await head({})).ChecksumCRC32).toBeUndefined();
    expect(await head({ ChecksumMode: 'ENABLED' })).toMatchObject({ ChecksumType: 'FULL_OBJECT' });
    expect((await aws.s3.send(part)).ChecksumCRC32).toBeUndefined();
  });
});

describe('checksums in headers', () => {
  const put = (headers: Record<string, string>) =>
    send(open.endpoint, { method: 'PUT', path: '/shop/key', headers, body: BODY });
  const codeOf = async (headers: Record<string, string>) =>
    /<Code>(.+)<\/Code>/.exec((await put(headers)).body)?.[1] ?? 'done';

  it.each(CHECKSUM_ALGORITHMS)('must be those of the body: %s', async (algorithm) => {
    const value = digest(algorithm);
    const wrong = Buffer.from(value, 'base64').fill(1).toString('base64');
    const name = checksumHeader(algorithm);

    expect(await codeOf({ [name]: wrong })).toBe('BadDigest');
    expect(await codeOf({ [name]: value.slice(0, 4) })).toBe('InvalidRequest');
    const sent = await put({ [name]: value });
    expect([sent.status, sent.headers[name], sent.headers['x-amz-checksum-type']]).toEqual([200, value, 'FULL_OBJECT']);
  });

  it('are refused where there are several, or where one is announced and none comes', async () => {
    const crc = { 'x-amz-checksum-crc32': digest('CRC32') };

    expect(await codeOf({ ...crc, 'x-amz-checksum-sha1': digest('SHA1') })).toBe('InvalidRequest');
    expect(await codeOf({ 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toBe('InvalidRequest');
    expect(await codeOf({ 'x-amz-checksum-xxhash64': 'AAAAAAAAAAA=' })).toBe('InvalidRequest');
    expect(await codeOf({ ...crc, 'x-amz-sdk-checksum-algorithm': 'CRC32' })).toBe('done');
  });

  it('are computed where a client sends none', async () => {
    expect((await put({})).headers['x-amz-checksum-crc64nvme']).toBe(digest('CRC64NVME'));
  });

  it('as MD5 may come beside them, well formed and right', async () => {
    const md5 = createHash('md5').update(BODY).digest('base64');

    expect(await codeOf({ 'content-md5': md5 })).toBe('done');
    expect(await codeOf({ 'content-md5': '1B2M2Y8AsgTpgAmY7PhCfg==' })).toBe('BadDigest');
    expect(await codeOf({ 'content-md5': 'not base64' })).toBe('InvalidDigest');
    expect(await codeOf({ 'content-md5': `${md5}x` })).toBe('InvalidDigest');
  });
});

describe('aws-chunked bodies', () => {
  const trailing = (trailer: string, declared = 'x-amz-checksum-crc32') =>
    send(open.endpoint, {
      method: 'PUT',
      path: '/shop/chunked',
      headers: {
        'content-encoding': 'aws-chunked',
        'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
        'x-amz-decoded-content-length': String(BODY.length),
        'x-amz-trailer': declared,
      },
      body: Buffer.concat([
        Buffer.from('10000\r\n'),
        BODY.subarray(0, 0x10000),
        Buffer.from(`\r\n${(BODY.length - 0x10000).toString(16)}\r\n`),
        BODY.subarray(0x10000),
        Buffer.from(`\r\n0\r\n${trailer}\r\n`),
      ]),
    });

  it('end in the checksum that was announced', async () => {
    expect((await trailing(`x-amz-checksum-crc32:${digest('CRC32')}\r\n`)).status).toBe(200);
    expect((await trailing('x-amz-checksum-crc32:AAAAAA==\r\n')).body).toContain('<Code>BadDigest</Code>');
    expect((await trailing('')).body).toContain('<Code>MalformedTrailerError</Code>');
    expect((await trailing('x-amz-checksum-sha1:AAAA\r\n')).body).toContain('<Code>MalformedTrailerError</Code>');
    expect((await trailing('no colon\r\n')).body).toContain('<Code>IncompleteBody</Code>');
  });

  it('with signed chunks and a signed trailer are verified chunk by chunk', async () => {
    expect((await sendSigned()).status).toBe(200);
    const { Body } = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'signed', ChecksumMode: 'ENABLED' }));
    expect(Buffer.from((await Body?.transformToByteArray()) ?? []).equals(BODY)).toBe(true);
    for (const change of ['chunk', 'trailer'] as const) {
      expect((await sendSigned(change)).body).toContain('<Code>SignatureDoesNotMatch</Code>');
    }
    expect(await outcome(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'signed' })))).toBe('done');
  });
});

/** Signs by the document "Signature calculations for trailing checksums in chunked uploads" of the S3 API reference. */
function sendSigned(change?: 'chunk' | 'trailer') {
  const marker = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
  const date = new Date().toISOString().replace(/[-:]|\.\d+/g, '');
  const scope = `${date.slice(0, 8)}/${REGION}/s3/aws4_request`;
  const hmac = (key: string | Buffer, text: string) => createHmac('sha256', key).update(text).digest();
  const hex = (data: string | Buffer) => createHash('sha256').update(data).digest('hex');
  const key = scope.split('/').reduce<string | Buffer>(hmac, `AWS4${CREDENTIALS.secretAccessKey}`);
  const headers = {
    'content-encoding': 'aws-chunked',
    host: `127.0.0.1:${aws.port}`,
    'x-amz-content-sha256': marker,
    'x-amz-date': date,
    'x-amz-decoded-content-length': String(BODY.length),
    'x-amz-trailer': 'x-amz-checksum-crc32c',
  };
  const names = Object.keys(headers).join(';');
  const lines = Object.entries(headers).map(([name, value]) => `${name}:${value}\n`);
  const canonical = `PUT\n/shop/signed\n\n${lines.join('')}\n${names}\n${marker}`;
  const seed = hmac(key, `AWS4-HMAC-SHA256\n${date}\n${scope}\n${hex(canonical)}`).toString('hex');
  let previous = seed;
  const sign = (kind: string, rest: string): string => {
    previous = hmac(key, `AWS4-HMAC-SHA256-${kind}\n${date}\n${scope}\n${previous}\n${rest}`).toString('hex');
    return previous;
  };
  const chunks = [BODY.subarray(0, 65_536), BODY.subarray(65_536), Buffer.alloc(0)].map((chunk) => {
    const signature = sign('PAYLOAD', `${hex('')}\n${hex(chunk)}`);
    return { chunk, head: `${chunk.length.toString(16)};chunk-signature=${signature}\r\n` };
  });
  const trailer = `x-amz-checksum-crc32c:${digest('CRC32C')}`;
  const last = sign('TRAILER', hex(`${trailer}\n`));
  const body = Buffer.concat([
    ...chunks.map(({ chunk, head }) =>
      Buffer.concat([Buffer.from(head), chunk, Buffer.from(chunk.length === 0 ? '' : '\r\n')]),
    ),
    Buffer.from(`${trailer}\r\nx-amz-trailer-signature:${change === 'trailer' ? seed : last}\r\n\r\n`),
  ]);
  if (change === 'chunk') body.write('X', 1000);
  const authorization = `AWS4-HMAC-SHA256 Credential=${CREDENTIALS.accessKeyId}/${scope},SignedHeaders=${names},Signature=${seed}`;
  return send(aws.endpoint, { method: 'PUT', path: '/shop/signed', headers: { ...headers, authorization }, body });
}
