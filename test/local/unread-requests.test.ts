import { request } from 'node:http';
import { z } from 'zod';
import { startTestAws, type TestAws } from './support/local-aws';

let aws: TestAws;
beforeAll(async () => {
  aws = await startTestAws();
});
afterAll(() => aws.close());

interface Answer {
  readonly status: number | undefined;
  readonly type: string | undefined;
  readonly body: string;
}

/** Sends the path as it is, which fetch would not. */
function ask(path: string, headers: Readonly<Record<string, string>> = {}, method = 'GET'): Promise<Answer> {
  return new Promise((resolve, reject) => {
    const sent = request({ host: '127.0.0.1', port: aws.port, path, method, headers }, (answer) => {
      const chunks: Buffer[] = [];
      answer.on('data', (chunk) => chunks.push(Buffer.from(chunk)));
      answer.on('end', () => {
        const body = Buffer.concat(chunks).toString('utf8');
        resolve({ status: answer.statusCode, type: answer.headers['content-type'], body });
      });
    });
    sent.on('error', reject);
    sent.end();
  });
}

describe('a request whose query is no UTF-8', () => {
  it('is refused in the XML of S3', async () => {
    const { status, type, body } = await ask('/shop?prefix=%FF');

    expect([status, type]).toEqual([400, 'application/xml']);
    expect(body).toContain('<Code>InvalidURI</Code>');
    expect(await ask('/shop?prefix=%FF', {}, 'HEAD')).toMatchObject({ status: 400, body: '' });
  });

  it('is refused in the JSON of Personalize', async () => {
    const answer = await ask('/?x=%FF', { 'x-amz-target': 'AmazonPersonalize.ListRecipes' }, 'POST');

    expect([answer.status, answer.type]).toEqual([400, 'application/x-amz-json-1.1']);
    expect(JSON.parse(answer.body)).toMatchObject({ __type: 'InvalidURI', message: expect.any(String) });
  });

  it('is refused in the JSON of the fault rules', async () => {
    const answer = await ask('/_nightjar/calls?x=%');

    expect([answer.status, answer.type]).toEqual([400, 'application/json']);
    expect(z.object({ error: z.string() }).parse(JSON.parse(answer.body)).error).toMatch(/^InvalidURI: /);
  });

  it('leaves the local AWS serving', async () => {
    expect((await ask('/')).status).toBe(403);
  });
});
