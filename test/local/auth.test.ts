import { request } from 'node:http';
import { ListRecipesCommand, PersonalizeClient } from '@aws-sdk/client-personalize';
import {
  CreateBucketCommand,
  GetObjectCommand,
  ListBucketsCommand,
  PutObjectCommand,
  S3Client,
} from '@aws-sdk/client-s3';
import { CREDENTIALS, REGION, startTestAws, type TestAws } from './support/local-aws';

let aws: TestAws;
afterEach(() => aws.close());

async function tryBoth(settings: {
  credentials?: typeof CREDENTIALS;
  region?: string;
}): Promise<(string | number | undefined)[]> {
  const common = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS, maxAttempts: 1, ...settings };
  const s3 = new S3Client({ ...common, forcePathStyle: true });
  const personalize = new PersonalizeClient(common);
  const name = (error: unknown) => (error instanceof Error ? error.name : String(error));
  return Promise.all([
    s3.send(new ListBucketsCommand({})).then(() => 'accepted', name),
    personalize.send(new ListRecipesCommand({})).then(() => 'accepted', name),
  ]);
}

describe('signatures over HTTP', () => {
  it('accepts the right key and refuses others with the error of each protocol', async () => {
    aws = await startTestAws();

    expect(await tryBoth({})).toEqual(['accepted', 'accepted']);
    expect(await tryBoth({ credentials: { ...CREDENTIALS, secretAccessKey: 'wrong' } })).toEqual([
      'SignatureDoesNotMatch',
      'InvalidSignatureException',
    ]);
    expect(await tryBoth({ credentials: { ...CREDENTIALS, accessKeyId: 'AKIDOTHER' } })).toEqual([
      'InvalidAccessKeyId',
      'UnrecognizedClientException',
    ]);
    expect(await tryBoth({ region: 'eu-west-1' })).toEqual([
      'AuthorizationHeaderMalformed',
      'InvalidSignatureException',
    ]);
  });

  it('accepts everything where credentials are off', async () => {
    aws = await startTestAws({ credentials: null });

    expect(
      await tryBoth({ credentials: { accessKeyId: 'any', secretAccessKey: 'thing' }, region: 'eu-west-1' }),
    ).toEqual(['accepted', 'accepted']);
    expect((await fetch(`${aws.endpoint}/`)).status).toBe(200);
  });

  it('refuses unsigned requests, and presigned ones without a right signature', async () => {
    aws = await startTestAws();
    const personalize = await fetch(aws.endpoint, {
      method: 'POST',
      headers: { 'x-amz-target': 'AmazonPersonalize.ListRecipes' },
      body: '{}',
    });
    const s3 = await fetch(`${aws.endpoint}/shop/key`);
    const presigned = await fetch(`${aws.endpoint}/shop/key?X-Amz-Signature=00`);

    expect(await personalize.json()).toMatchObject({ __type: 'MissingAuthenticationTokenException' });
    expect([s3.status, await s3.text()]).toEqual([403, expect.stringContaining('<Code>AccessDenied</Code>')]);
    expect(await presigned.text()).toContain('<Code>AuthorizationQueryParametersError</Code>');
  });

  it('refuses other services by name', async () => {
    aws = await startTestAws();
    const send = async (path: string, service: string) => {
      const authorization = `AWS4-HMAC-SHA256 Credential=AKID/20261124/us-east-1/${service}/aws4_request, SignedHeaders=host, Signature=00`;
      return (await fetch(`${aws.endpoint}${path}`, { method: 'POST', headers: { authorization } })).text();
    };

    expect(await send('/', 'sqs')).toContain('The service sqs is not complete');
    expect(JSON.parse(await send('/recommendations', 'personalize'))).toMatchObject({
      __type: 'NotImplementedException',
      message: expect.stringContaining('/recommendations'),
    });
  });

  it('corrects a client whose clock is an hour off, as the SDK does with AWS', async () => {
    aws = await startTestAws({ now: () => Date.now() + 3_600_000 });
    const settings = { endpoint: aws.endpoint, region: REGION, credentials: CREDENTIALS };

    const { recipes } = await new PersonalizeClient(settings).send(new ListRecipesCommand({}));
    expect(recipes).not.toHaveLength(0);
  });

  it('stores nothing of a put whose body was changed under its signature, or broke off', async () => {
    aws = await startTestAws();
    await aws.s3.send(new CreateBucketCommand({ Bucket: 'shop' }));
    const signed = await signPut('shop', 'key', 'what was signed');
    const changed = await sendRaw(signed, 'what was forged');
    await sendRaw({ ...signed, headers: { ...signed.headers, 'content-length': '1000' } }, 'cut', true).catch(
      () => 'broken off',
    );

    expect(changed).toContain('<Code>XAmzContentSHA256Mismatch</Code>');
    await expect(aws.s3.send(new GetObjectCommand({ Bucket: 'shop', Key: 'key' }))).rejects.toMatchObject({
      name: 'NoSuchKey',
    });
    expect(await sendRaw(signed, 'what was signed')).toBe('');
  });
});

interface Signed {
  readonly path: string;
  readonly headers: Record<string, string>;
}

/** Lets the SDK sign a put and catches the request before it leaves. */
async function signPut(Bucket: string, Key: string, Body: string): Promise<Signed> {
  let signed: Signed | undefined;
  const client = new S3Client({
    endpoint: aws.endpoint,
    region: REGION,
    credentials: CREDENTIALS,
    forcePathStyle: true,
    requestHandler: {
      async handle(sent: Signed & { readonly query: Record<string, string> }) {
        const query = new URLSearchParams(sent.query).toString();
        signed = { headers: sent.headers, path: query === '' ? sent.path : `${sent.path}?${query}` };
        throw new Error('caught');
      },
    },
    maxAttempts: 1,
    requestChecksumCalculation: 'WHEN_REQUIRED',
  });
  await client.send(new PutObjectCommand({ Bucket, Key, Body })).catch(() => undefined);
  if (signed === undefined) throw new Error('the SDK sent nothing');
  return signed;
}

function sendRaw({ path, headers }: Signed, body: string, breaksOff = false): Promise<string> {
  return new Promise((resolve, reject) => {
    const call = request({ port: aws.port, host: '127.0.0.1', path, method: 'PUT', headers }, (response) => {
      let text = '';
      response.on('data', (chunk) => {
        text += String(chunk);
      });
      response.on('end', () => resolve(text));
    });
    call.on('error', reject);
    if (breaksOff) call.write(body, () => call.destroy());
    else call.end(body);
  });
}
