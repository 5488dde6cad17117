import { CreateBucketCommand, GetObjectCommand, HeadObjectCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { startTestAws, type TestAws } from './support/local-aws';
import { outcome, type PresignOptions, presign } from './support/s3';

const Bucket = 'shop';
let aws: TestAws;
let host: string;
let clockMs = 0;

beforeAll(async () => {
  aws = await startTestAws({ now: () => Date.now() + clockMs });
  host = `127.0.0.1:${aws.port}`;
  await aws.s3.send(new CreateBucketCommand({ Bucket }));
  await aws.s3.send(new PutObjectCommand({ Bucket, Key: 'a b+c.txt', Body: 'hello', ContentType: 'text/plain' }));
});

afterEach(() => {
  clockMs = 0;
});

afterAll(() => aws.close());

function urlOf(options: Partial<PresignOptions> = {}): Promise<string> {
  return presign(aws.s3, { path: '/shop/a%20b%2Bc.txt', host, ...options });
}

async function fetchText(url: string, init?: RequestInit): Promise<readonly [number, string]> {
  const answer = await fetch(url, init);
  return [answer.status, await answer.text()];
}

describe('presigned URLs', () => {
  it('get, head, put and delete an object without a key of their own', async () => {
    expect(await fetchText(await urlOf())).toEqual([200, 'hello']);
    const head = await fetch(await urlOf({ method: 'HEAD' }), { method: 'HEAD' });
    expect([head.status, head.headers.get('content-length')]).toEqual([200, '5']);
    const path = '/shop/new';
    const put = await urlOf({ method: 'PUT', path });
    expect((await fetch(put, { method: 'PUT', body: 'brought' })).status).toBe(200);
    expect(await fetchText(await urlOf({ path }))).toEqual([200, 'brought']);
    expect((await fetch(await urlOf({ method: 'DELETE', path }), { method: 'DELETE' })).status).toBe(204);
    expect(await outcome(aws.s3.send(new HeadObjectCommand({ Bucket, Key: 'new' })))).toBe('NotFound 404');
  });

  it('take x-amz- parameters for the headers that they stand for', async () => {
    const headers = { 'x-amz-meta-origin': 'browser', 'x-amz-storage-class': 'STANDARD_IA' };
    const url = await urlOf({ method: 'PUT', path: '/shop/with-meta', headers });
    expect((await fetch(url, { method: 'PUT', body: 'x' })).status).toBe(200);

    const got = await aws.s3.send(new GetObjectCommand({ Bucket, Key: 'with-meta' }));
    expect(got).toMatchObject({ Metadata: { origin: 'browser' }, StorageClass: 'STANDARD_IA' });
  });

  it('override headers of the answer', async () => {
    const query = {
      'response-content-type': 'application/x-test',
      'response-content-disposition': 'attachment; filename="x y.txt"',
      'response-cache-control': 'no-store',
    };
    const answer = await fetch(await urlOf({ query }));
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, 'application/x-test']);
    expect(answer.headers.get('content-disposition')).toBe('attachment; filename="x y.txt"');
    expect(answer.headers.get('cache-control')).toBe('no-store');
    const broken = await urlOf({ query: { 'response-content-type': 'a\r\nset-cookie: b' } });
    expect(await fetchText(broken)).toEqual([400, expect.stringContaining('<Code>InvalidArgument</Code>')]);
  });

  it('end when their time is over, which the answer tells', async () => {
    const url = await urlOf({ expiresIn: 300 });
    clockMs = 299_000;
    expect((await fetch(url)).status).toBe(200);
    clockMs = 302_000;
    const [status, text] = await fetchText(url);
    expect(status).toBe(403);
    expect(text).toContain('<Code>AccessDenied</Code><Message>Request has expired</Message>');
    expect(text).toMatch(/<X-Amz-Expires>300<\/X-Amz-Expires><Expires>.+Z<\/Expires><ServerTime>.+Z<\/ServerTime>/);
    const later = await urlOf({ signingDate: new Date(Date.now() + 3_600_000) });
    expect((await fetchText(later))[1]).toContain('Request is not yet valid');
  });

  it('are refused once anything in them is changed, or a header comes unsigned', async () => {
    const url = await urlOf();
    const changed = [
      url.replace('a%20b%2Bc.txt', 'other.txt'),
      url.replace('X-Amz-Expires=60', 'X-Amz-Expires=600'),
      `${url}&response-content-type=text/html`,
    ];
    for (const other of changed) expect((await fetchText(other))[1]).toContain('<Code>SignatureDoesNotMatch</Code>');
    expect((await fetchText(url, { method: 'DELETE' }))[1]).toContain('<StringToSign>AWS4-HMAC-SHA256');
    const unsigned = await fetchText(url, { headers: { 'x-amz-meta-more': '1' } });
    expect(unsigned[1]).toContain('<HeadersNotSigned>x-amz-meta-more</HeadersNotSigned>');
  });

  it('are refused where a parameter is missing or can not be', async () => {
    const url = await urlOf();
    for (const [from, to] of [
      [/&X-Amz-Date=[^&]+/, ''],
      [/X-Amz-Expires=60/, 'X-Amz-Expires=604801'],
      [/X-Amz-Expires=60/, 'X-Amz-Expires=-1'],
      [/X-Amz-Algorithm=[^&]+/, 'X-Amz-Algorithm=AWS4-HMAC-SHA1'],
    ] as const) {
      expect((await fetchText(url.replace(from, to)))[1]).toContain('<Code>AuthorizationQueryParametersError</Code>');
    }
    expect((await fetchText(url.replace('AKIDNIGHTJAR', 'AKIDOTHER')))[1]).toContain('<Code>InvalidAccessKeyId</Code>');
    const both = await fetchText(url, { headers: { authorization: 'AWS4-HMAC-SHA256 Credential=x' } });
    expect(both[1]).toContain('Only one auth mechanism allowed');
    expect((await fetchText(`http://${host}/shop/a%20b%2Bc.txt`))[1]).toContain('<Code>AccessDenied</Code>');
  });
});
