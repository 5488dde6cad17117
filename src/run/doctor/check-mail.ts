/** Looks at the mail server: an SMTP server by logging in, SES by asking for the account. Nothing is sent. */
import { GetAccountCommand, type SESv2Client } from '@aws-sdk/client-sesv2';
import type { Settings } from '../../config/settings';
import { createMailer } from '../../mail/mailer';
import { parseServerUrl } from '../../mail/server-url';
import { ask } from './denial';
import { type Examination, failed, ok, type Verdict, warning } from './finding';

/** Where mail goes: an SMTP server's URL, or SES. */
export type MailDoor =
  | { readonly kind: 'smtp'; readonly url: string }
  | { readonly kind: 'ses'; readonly client: SESv2Client; readonly region: string };

const TIMEOUTS = { connect: 10_000, greeting: 10_000, silence: 10_000 };

/** Examines the mail server of the settings. */
export async function examineMail(exam: Examination, door: MailDoor, settings: Pick<Settings, 'mail'>): Promise<void> {
  const look = (name: string, verdict: () => Promise<Verdict>) => exam.check('mail', name, verdict);
  if (door.kind === 'ses') {
    await look('account', () => readAccount(door.client, door.region));
  } else {
    await look('login', () => logIn(door.url));
    await look('encryption', async () => judgeEncryption(door.url));
  }
  await look('sender', async () => judgeSender(settings.mail));
}

async function logIn(url: string): Promise<Verdict> {
  const { host, port, auth } = parseServerUrl(url);
  const mailer = createMailer({ url, connections: 1, timeouts: TIMEOUTS });
  try {
    await mailer.verify();
    return ok(`${host}:${port} ${auth === undefined ? 'takes mail without a login' : 'takes our login'}`);
  } finally {
    await mailer.close({ force: true });
  }
}

function judgeEncryption(url: string): Verdict {
  const { secure, requireTLS, host } = parseServerUrl(url);
  if (secure) return ok('TLS from the first byte');
  if (requireTLS) return ok('STARTTLS, and nothing without it');
  if (/^(localhost|127\..*|::1)$/.test(host)) return ok('none is demanded, on this machine');
  return warning(
    'STARTTLS where the server offers it; else addresses travel in clear',
    'add ?requireTLS=true to SMTP_URL',
  );
}

/** The sandbox lets mail go to verified addresses only, 200 a day. */
async function readAccount(client: SESv2Client, region: string): Promise<Verdict> {
  const account = await ask({ operation: 'ses:GetAccount', resource: '*' }, () =>
    client.send(new GetAccountCommand({})),
  );
  const { Max24HourSend: most = 0, SentLast24Hours: sent = 0, MaxSendRate: rate = 0 } = account.SendQuota ?? {};
  const unlimited = most < 0;
  const quota = `${sent.toLocaleString('en-US')} of ${unlimited ? 'any number' : most.toLocaleString('en-US')} in 24 h, ${rate}/s`;
  if (account.SendingEnabled === false) {
    return failed(`SES has paused sending of this account in ${region}`, 'open the SES console: Account dashboard');
  }
  if (account.ProductionAccessEnabled !== true) {
    return warning(`SES in ${region} is in its sandbox; ${quota}`, 'ask for production access in the SES console');
  }
  const status = account.EnforcementStatus ?? 'HEALTHY';
  if (status !== 'HEALTHY') return warning(`SES in ${region} is on ${status}; ${quota}`, 'look into the SES console');
  return ok(`SES in ${region}; ${quota}`);
}

function judgeSender({ url, from }: Settings['mail']): Verdict {
  const domain = /@([^>\s]+)/.exec(from)?.[1] ?? '';
  if (domain === '') return failed('mail.from holds no address', 'set mail.from: "Corner Shop <news@shop.example>"');
  if (url !== 'embedded' && /(^|\.)(example|invalid|test|localhost)$/.test(domain)) {
    return warning(`mails go out as ${domain}, which is no real domain`, 'set mail.from to an address of yours');
  }
  return ok(`mails go out as ${domain}`);
}
