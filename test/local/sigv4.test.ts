import { decodeChunkedBody } from '../../src/local/http/chunked-body';
import type { AwsRequest } from '../../src/local/http/request';
import { type AuthContext, verifySignature } from '../../src/local/http/sigv4';

// The examples of the S3 documentation, "Signature calculations for the Authorization header".
const CONTEXT: AuthContext = {
  credentials: { accessKeyId: 'AKIAIOSFODNN7EXAMPLE', secretAccessKey: 'wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY' },
  region: 'us-east-1',
  service: 's3',
  nowMs: Date.UTC(2013, 4, 24, 0, 1),
};
const SCOPE = 'AKIAIOSFODNN7EXAMPLE/20130524/us-east-1/s3/aws4_request';

function request(method: string, path: string, headers: Record<string, string>): AwsRequest {
  return { method, path, query: [], headers: new Map(Object.entries(headers)), body: pieces([]) };
}

async function* pieces(parts: readonly Buffer[]): AsyncGenerator<Buffer> {
  yield* parts;
}

function chunkedPut(hash: string, more: Record<string, string>): AwsRequest {
  const signed = [
    'content-encoding',
    'host',
    'x-amz-content-sha256',
    'x-amz-date',
    'x-amz-decoded-content-length',
    'x-amz-storage-class',
  ];
  const { signature = '', ...headers } = more;
  const names = [...signed, ...Object.keys(headers)].sort().join(';');
  return request('PUT', '/examplebucket/chunkObject.txt', {
    'content-encoding': 'aws-chunked',
    host: 's3.amazonaws.com',
    'x-amz-content-sha256': hash,
    'x-amz-date': '20130524T000000Z',
    'x-amz-decoded-content-length': '66560',
    'x-amz-storage-class': 'REDUCED_REDUNDANCY',
    ...headers,
    authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=${names},Signature=${signature}`,
  });
}

async function read(data: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of data) parts.push(part);
  return Buffer.concat(parts);
}

function frame(signatures: readonly [string, string, string], trailer = ''): Buffer {
  const [first, second, last] = signatures;
  return Buffer.concat([
    Buffer.from(`10000;chunk-signature=${first}\r\n`),
    Buffer.alloc(65_536, 'a'),
    Buffer.from(`\r\n400;chunk-signature=${second}\r\n`),
    Buffer.alloc(1024, 'a'),
    Buffer.from(`\r\n0;chunk-signature=${last}\r\n${trailer}\r\n`),
  ]);
}

const PLAIN_HASH = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD';
const PLAIN = chunkedPut(PLAIN_HASH, {
  'content-length': '66824',
  signature: '4f232c4386841ef735655705268965c44a0e4690baa4adea153f7db9fa80a0a9',
});
const PLAIN_CHUNKS = [
  'ad80c730a21e5b8d04586a2213dd63b9a0e99e0e2307b0ade35a65485a288648',
  '0055627c9e194cb4542bae2aa5492e3c1575bbb81b612b7d234b86a503ef5497',
  'b6c6ea8a5354eaf15b3cb7646744f4275b71ea724fed81ceb9323e279d449df9',
] as const;

describe('signatures', () => {
  it('accepts the documented GET and refuses it once a header differs', () => {
    const hash = 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855';
    const get = (range: string) =>
      request('GET', '/test.txt', {
        host: 'examplebucket.s3.amazonaws.com',
        range,
        'x-amz-content-sha256': hash,
        'x-amz-date': '20130524T000000Z',
        authorization: `AWS4-HMAC-SHA256 Credential=${SCOPE},SignedHeaders=host;range;x-amz-content-sha256;x-amz-date,Signature=f0e8bdb87c964420e857bd35b5d6ed310bd44f0170aba48dd91039c6036bdb41`,
      });

    expect(verifySignature(get('bytes=0-9'), hash, CONTEXT).ok).toBe(true);
    expect(verifySignature(get('bytes=0-8'), hash, CONTEXT)).toMatchObject({ ok: false, problem: 'mismatch' });
    expect(verifySignature(get('bytes=0-9'), hash, { ...CONTEXT, nowMs: CONTEXT.nowMs + 15 * 60_000 })).toEqual({
      ok: false,
      problem: 'skewed',
    });
    expect(verifySignature(get('bytes=0-9'), hash, { ...CONTEXT, region: 'eu-west-1' })).toEqual({
      ok: false,
      problem: 'wrongScope',
    });
  });

  it('decodes the documented signed chunks, however the stream is cut', async () => {
    const auth = verifySignature(PLAIN, PLAIN_HASH, CONTEXT);
    if (!auth.ok) throw new Error(auth.problem);
    for (const size of [1000, 65_536, 200_000]) {
      const body = frame(PLAIN_CHUNKS);
      const parts = Array.from({ length: Math.ceil(body.length / size) }, (_, i) =>
        body.subarray(i * size, (i + 1) * size),
      );
      const { data } = decodeChunkedBody(pieces(parts), { hasTrailer: false, seed: auth.seed });
      expect((await read(data)).equals(Buffer.alloc(66_560, 'a'))).toBe(true);
    }
  });

  it('refuses a changed byte, a swapped signature and a cut body', async () => {
    const auth = verifySignature(PLAIN, PLAIN_HASH, CONTEXT);
    if (!auth.ok) throw new Error(auth.problem);
    const decode = (body: Buffer) =>
      read(decodeChunkedBody(pieces([body]), { hasTrailer: false, seed: auth.seed }).data);
    const changed = frame(PLAIN_CHUNKS);
    changed.write('b', 1000);
    const [first, second, last] = PLAIN_CHUNKS;

    await expect(decode(changed)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    await expect(decode(frame([first, last, second]))).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
    await expect(decode(frame(PLAIN_CHUNKS).subarray(0, 60_000))).rejects.toMatchObject({ code: 'IncompleteBody' });
    await expect(decode(Buffer.from('zz\r\n'))).rejects.toMatchObject({ code: 'IncompleteBody' });
  });

  it('decodes the documented signed trailer and refuses a changed one', async () => {
    const hash = 'STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER';
    const put = chunkedPut(hash, {
      'x-amz-trailer': 'x-amz-checksum-crc32c',
      signature: '106e2a8a18243abcf37539882f36619c00e2dfc72633413f02d3b74544bfeb8e',
    });
    const auth = verifySignature(put, hash, CONTEXT);
    if (!auth.ok) throw new Error(auth.problem);
    const decode = (value: string) => {
      const trailer = `x-amz-checksum-crc32c:${value}\r\nx-amz-trailer-signature:d81f82fc3505edab99d459891051a732e8730629a2e4a59689829ca17fe2e435\r\n`;
      const body = frame(
        [
          'b474d8862b1487a5145d686f57f013e54db672cee1c953b3010fb58501ef5aa2',
          '1c1344b170168f8e65b41376b44b20fe354e373826ccbbe2c1d40a8cae51e5c7',
          '2ca2aba2005185cf7159c6277faf83795951dd77a3a99e6e65d5c9f85863f992',
        ],
        trailer,
      );
      return decodeChunkedBody(pieces([body]), { hasTrailer: true, seed: auth.seed });
    };
    const decoded = decode('sOO8/Q==');

    expect(await read(decoded.data)).toHaveLength(66_560);
    expect(decoded.trailers.get('x-amz-checksum-crc32c')).toBe('sOO8/Q==');
    await expect(read(decode('sOO8/Q=A').data)).rejects.toMatchObject({ code: 'SignatureDoesNotMatch' });
  });
});
