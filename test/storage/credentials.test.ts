import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import { createS3Client } from '../../src/storage/client';
import { credentialsOf } from '../../src/storage/credentials';

const ROLE = 'arn:aws:iam::123456789012:role/deployer';
const EXPIRES = '2099-01-01T00:00:00Z';

const ASSUMED = `<AssumeRoleResponse xmlns="https://sts.amazonaws.com/doc/2011-06-15/"><AssumeRoleResult><Credentials>
<AccessKeyId>ASIAROLE</AccessKeyId><SecretAccessKey>secret</SecretAccessKey><SessionToken>session-of-the-role</SessionToken>
<Expiration>${EXPIRES}</Expiration></Credentials></AssumeRoleResult></AssumeRoleResponse>`;

describe('the credentials that AWS is called with', () => {
  let server: Server;
  let folder: string;
  let env: NodeJS.ProcessEnv;
  const requests: { readonly request: IncomingMessage; readonly body: string }[] = [];

  beforeAll(async () => {
    server = createServer((request, response) => {
      const chunks: Buffer[] = [];
      request.on('data', (chunk: Buffer) => chunks.push(chunk));
      request.on('end', () => {
        requests.push({ request, body: Buffer.concat(chunks).toString() });
        response.writeHead(200, { 'content-type': 'text/xml' }).end(request.method === 'POST' ? ASSUMED : '');
      });
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    folder = mkdtempSync(path.join(tmpdir(), 'nightjar-aws-'));
    writeFileSync(
      path.join(folder, 'credentials'),
      '[night]\naws_access_key_id = AKIANIGHT\naws_secret_access_key = x\n',
    );
    env = { ...process.env };
    process.env.AWS_SHARED_CREDENTIALS_FILE = path.join(folder, 'credentials');
    process.env.AWS_CONFIG_FILE = path.join(folder, 'config');
    process.env.AWS_ENDPOINT_URL_STS = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });

  beforeEach(() => {
    requests.length = 0;
  });

  afterAll(async () => {
    process.env = env;
    rmSync(folder, { recursive: true, force: true });
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  });

  const callWith = async (identity: { profile: string | null; assumeRoleArn: string | null }) => {
    const region = 'eu-west-1';
    const endpoint = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const s3 = createS3Client({ region, endpoint, ...credentialsOf({ region, ...identity }) });
    await s3.send(new HeadBucketCommand({ Bucket: 'nightjar' }));
    s3.destroy();
    const call = requests.at(-1);
    return {
      authorization: call?.request.headers.authorization ?? '',
      session: call?.request.headers['x-amz-security-token'],
    };
  };

  it('are those of a profile', async () => {
    const call = await callWith({ profile: 'night', assumeRoleArn: null });
    expect(call.authorization).toMatch(/Credential=AKIANIGHT\/\d{8}\/eu-west-1\/s3/);
    expect(requests).toHaveLength(1);
  });

  it('are those of a role that the profile takes on', async () => {
    const call = await callWith({ profile: 'night', assumeRoleArn: ROLE });
    expect(call.authorization).toContain('Credential=ASIAROLE/');
    expect(call.session).toBe('session-of-the-role');
    const assume = new URLSearchParams(requests[0]?.body);
    expect(assume.get('Action')).toBe('AssumeRole');
    expect(assume.get('RoleArn')).toBe(ROLE);
    expect(requests[0]?.request.headers.authorization).toContain('Credential=AKIANIGHT/');
  });

  it("are left to the SDK's own chain where neither is set", () => {
    expect(credentialsOf({ region: 'eu-west-1', profile: null, assumeRoleArn: null })).toEqual({});
  });
});
