/** What the doctor finds of mail servers: SES by its account, SMTP by a login; nothing is ever sent. */
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { SESv2Client } from '@aws-sdk/client-sesv2';
import { examineMail, type MailDoor } from '../../../src/run/doctor/check-mail';
import { beginExamination, type Finding } from '../../../src/run/doctor/finding';
import { CREDENTIALS } from '../../local/support/local-aws';
import { startSmtpServer } from '../../support/smtp-server';

const PERMISSIONS = {
  aws: {
    region: 'eu-west-1',
    endpoint: null,
    profile: null,
    assumeRoleArn: null,
    roleArn: 'arn:aws:iam::111122223333:role/personalize',
    kmsKeyArn: null,
    pollSeconds: 60,
    jobsInFlight: 5,
    failedJobRetries: 0,
  },
  storage: { bucket: 'shop', prefix: '', endpoint: null },
  solutions: {},
  images: null,
  destinations: {},
  mail: { url: 'ses://eu-west-1', from: 'news@shop.example.net' },
};
const MAIL = {
  ...PERMISSIONS.mail,
  postalAddress: '1 Market Street',
  replyTo: null,
  bounceDomain: null,
  dkim: null,
  unsubscribeMailto: null,
  connections: 8,
  retryAfterSeconds: [300],
};

async function examineDoor(door: MailDoor, mail: Partial<typeof MAIL> = {}): Promise<readonly Finding[]> {
  const exam = beginExamination({ settings: PERMISSIONS, clock: () => performance.now(), limitMs: 10_000 });
  await examineMail(exam, door, { mail: { ...MAIL, ...mail } });
  return exam.findings;
}

describe('SES', () => {
  let server: Server;
  let answer: { status: number; body: object };
  let client: SESv2Client;
  beforeAll(async () => {
    server = createServer((_, response) => {
      response.writeHead(answer.status, { 'content-type': 'application/json' }).end(JSON.stringify(answer.body));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as AddressInfo;
    const endpoint = `http://127.0.0.1:${port}`;
    client = new SESv2Client({ region: 'eu-west-1', endpoint, credentials: CREDENTIALS, maxAttempts: 1 });
  });
  afterAll(() => {
    client.destroy();
    server.closeAllConnections();
    server.close();
  });
  const account = async (body: object, status = 200): Promise<Finding | undefined> => {
    answer = { status, body };
    return (await examineDoor({ kind: 'ses', client, region: 'eu-west-1' }))[0];
  };
  const quota = { SendQuota: { Max24HourSend: 50_000, SentLast24Hours: 1234, MaxSendRate: 14 } };
  const well = { ...quota, SendingEnabled: true, ProductionAccessEnabled: true, EnforcementStatus: 'HEALTHY' };

  it('tells the quota and what is used of it', async () => {
    expect(await account(well)).toMatchObject({
      status: 'ok',
      detail: 'SES in eu-west-1; 1,234 of 50,000 in 24 h, 14/s',
    });
  });

  it('in its sandbox or on probation is warned of, and paused it fails', async () => {
    const sandbox = await account({ ...well, ProductionAccessEnabled: false });
    const probation = await account({ ...well, EnforcementStatus: 'PROBATION' });
    const paused = await account({ ...well, SendingEnabled: false });

    expect([sandbox?.status, probation?.status, paused?.status]).toEqual(['warning', 'warning', 'failed']);
    expect(sandbox?.fix).toBe('ask for production access in the SES console');
    expect(probation?.detail).toMatch('PROBATION');
  });

  it('that may not be asked gives the statement', async () => {
    const user = 'User: arn:aws:sts::111122223333:assumed-role/night/i-1';
    const text = `${user} is not authorized to perform: ses:GetAccount on resource: *`;
    const finding = await account({ __type: 'AccessDeniedException', message: text }, 403);

    expect(finding).toMatchObject({
      status: 'failed',
      denials: [{ action: 'ses:GetAccount', statement: { Action: 'ses:GetAccount', Resource: '*' } }],
    });
  });
});

describe('an SMTP server', () => {
  it('that refuses the login fails, and its password is nowhere', async () => {
    const server = await startSmtpServer({ login: { user: 'nightjar', pass: 'right' } });
    try {
      const url = server.url.replace('smtp://', 'smtp://nightjar:wr0ng-secret@');
      const [login] = await examineDoor({ kind: 'smtp', url });

      expect(login).toMatchObject({ status: 'failed', fix: 'check user and password in SMTP_URL' });
      expect(JSON.stringify(login)).not.toContain('wr0ng');
    } finally {
      await server.close();
    }
  });

  it('is asked for a login and for nothing else', async () => {
    const server = await startSmtpServer({ login: { user: 'nightjar', pass: 'right' } });
    try {
      const findings = await examineDoor({
        kind: 'smtp',
        url: server.url.replace('smtp://', 'smtp://nightjar:right@'),
      });

      expect(findings.map(({ check, status }) => [check, status])).toEqual([
        ['login', 'ok'],
        ['encryption', 'ok'],
        ['sender', 'ok'],
      ]);
      expect(server.commands.filter((line) => /^(MAIL|RCPT|DATA)/i.test(line))).toEqual([]);
    } finally {
      await server.close();
    }
  });

  it('elsewhere without TLS, and a sender of no real domain, are warned of', async () => {
    const findings = await examineDoor(
      { kind: 'smtp', url: 'smtp://127.0.0.1:1' },
      { from: 'Shop <news@shop.example>' },
    );
    const abroad = await examineDoor({ kind: 'smtp', url: 'smtp://relay.invalid:25' });

    expect(findings.map(({ check, status }) => [check, status])).toEqual([
      ['login', 'failed'],
      ['encryption', 'ok'],
      ['sender', 'warning'],
    ]);
    expect(abroad.find(({ check }) => check === 'encryption')).toMatchObject({
      status: 'warning',
      fix: 'add ?requireTLS=true to SMTP_URL',
    });
  });
});
