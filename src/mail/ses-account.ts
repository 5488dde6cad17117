/** Asks Amazon SES about the account instead of sending it a message that it must refuse. */
import { GetAccountCommand, type GetAccountCommandOutput, type SESv2Client } from '@aws-sdk/client-sesv2';
import { NightjarError } from '../errors';
import type { SendQuota, ServerFacts } from './contract';
import { isAboutCredentials, readSdkError, refuseAws, refuseSender } from './sdk-error';
import { shortenAnswer } from './shorten-answer';
import { explainTlsFailure } from './tls-failure';

/**
 * Reads quota and standing of the account in this region.
 * @throws E_MAIL_LOGIN, E_MAIL_TLS; E_MAIL_SENDER where SES has stopped the account; E_MAIL_SERVER for what passes
 */
export async function readAccount(client: SESv2Client, region: string): Promise<ServerFacts> {
  try {
    return describeAccount(await client.send(new GetAccountCommand({})), region);
  } catch (error) {
    return readAccountFailure(error);
  }
}

function describeAccount(account: GetAccountCommandOutput, region: string): ServerFacts {
  const { EnforcementStatus: standing, SendingEnabled: enabled } = account;
  if (standing === 'SHUTDOWN' || enabled === false) {
    throw refuseSender(`sending is switched off in ${region} (${standing ?? 'no standing'})`, {
      fix: 'aws sesv2 put-account-sending-attributes --sending-enabled',
    });
  }
  const quota = readQuota(account);
  return { warnings: listWarnings(account, region), ...(quota === undefined ? {} : { quota }) };
}

function listWarnings(account: GetAccountCommandOutput, region: string): string[] {
  const warnings: string[] = [];
  if (account.ProductionAccessEnabled === false) {
    warnings.push(`SES in ${region} is in its sandbox: it writes to verified addresses only, and to few a day`);
  }
  if (account.EnforcementStatus === 'PROBATION') {
    warnings.push(`SES in ${region} is under review: bounces or complaints were too many`);
  }
  return warnings;
}

/** SES writes -1 for no limit. */
function readQuota({ SendQuota: given }: GetAccountCommandOutput): SendQuota | undefined {
  if (given?.Max24HourSend === undefined || given.MaxSendRate === undefined) return undefined;
  return {
    perDay: given.Max24HourSend < 0 ? undefined : given.Max24HourSend,
    perSecond: given.MaxSendRate,
    sentLastDay: given.SentLast24Hours ?? 0,
  };
}

/** GetAccount is answered once a second for the whole account, and a role that may send need not be allowed it. */
function readAccountFailure(error: unknown): ServerFacts {
  if (error instanceof NightjarError) throw error;
  const sdk = readSdkError(error);
  const answer = shortenAnswer(`${sdk.name}: ${sdk.message}`);
  if (/TooManyRequests|Throttl/.test(sdk.name) || sdk.status === 429) return { warnings: [] };
  if (sdk.name === 'AccessDeniedException') {
    return { warnings: ['the quota of SES is not known: allow ses:GetAccount to see it'] };
  }
  const unsafe = explainTlsFailure(error);
  if (unsafe !== undefined) throw unsafe;
  const isRefused = sdk.status !== undefined && sdk.status >= 400 && sdk.status < 500 && !sdk.clockMended;
  if (isRefused || isAboutCredentials(sdk)) throw refuseAws(answer, error);
  throw new NightjarError('E_MAIL_SERVER', `Amazon SES can't be used: ${answer}`, {
    fix: 'check mail.url and the network',
    cause: error,
  });
}
