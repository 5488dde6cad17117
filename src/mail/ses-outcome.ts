/** Says what an error of Amazon SES means for one e-mail, and which errors stop a run; pure. */
import { systemErrorCode } from '../errors';
import { notReached, type SendOutcome, unknown } from './outcome';
import { isAboutCredentials, readSdkError, refuseAws, refuseSender, type SdkError } from './sdk-error';
import { RATE, SES_ROWS, type SesRow } from './ses-table';
import { shortenAnswer } from './shorten-answer';
import { explainTlsFailure } from './tls-failure';

/** What is known of a failed request. */
export interface SesFailure {
  readonly error: unknown;
  /** True once a byte of the request may have left. */
  readonly begun: boolean;
  /** The From header of the message. */
  readonly from: string;
}

const VERIFY_FIX = 'verify the domain of mail.from: aws sesv2 create-email-identity --email-identity DOMAIN';

/** Errors that stop every mail of the run, with what mends each. */
const STOPS: ReadonlyMap<string, string> = new Map([
  ['AccountSuspendedException', 'open a case with AWS Support: SES has suspended this account'],
  ['SendingPausedException', 'aws sesv2 put-account-sending-attributes --sending-enabled'],
  ['MailFromDomainNotVerifiedException', VERIFY_FIX],
  ['NotFoundException', 'create the configuration set that mail.url names, or take ?configurationSet away'],
]);

/** Errors of the request's connection by which it surely never reached a server. */
const NEVER_CONNECTED: ReadonlySet<string | undefined> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
]);

/**
 * Reads a failed request. An answer decides by its name; without one, a request that had begun is `unknown`, as is an
 * answer of class 5: SES may have taken the message before it failed.
 *
 * @throws E_MAIL_LOGIN, E_MAIL_TLS or E_MAIL_SENDER where no mail of the run can succeed
 */
export function readSesFailure({ error, begun, from }: SesFailure): SendOutcome {
  const sdk = readSdkError(error);
  const answer = shortenAnswer(`${sdk.name}: ${sdk.message}`);
  const { name, status } = sdk;
  if (status === undefined) return readSilence({ error, begun, from }, { sdk, answer });
  if (sdk.clockMended) return notReached(answer);
  stopOn(sdk, { answer, from, error });
  if (status >= 500 || status < 400) return begun ? unknown(answer) : notReached(answer);
  const row = SES_ROWS.find((candidate) => holds(candidate, sdk));
  if (!begun && row === undefined) throw refuseAws(answer, error);
  const finding = row?.finding ?? (status === 429 ? RATE : { cause: 'permanent', scope: 'sender', bounce: 'none' });
  const kind = row?.kind ?? (status === 429 ? 'deferred' : 'refused');
  return { kind, code: status, name, answer, ...finding };
}

function holds({ name, text }: SesRow, sdk: SdkError): boolean {
  return name?.test(sdk.name) !== false && text?.test(sdk.message) !== false;
}

/** No answer came. */
function readSilence({ error, begun }: SesFailure, { sdk, answer }: { sdk: SdkError; answer: string }): SendOutcome {
  const unsafe = explainTlsFailure(error);
  if (unsafe !== undefined) throw unsafe;
  if (!begun && isAboutCredentials(sdk)) throw refuseAws(answer, error);
  return begun && !isNeverConnected(error) ? unknown(answer) : notReached(answer);
}

function isNeverConnected(error: unknown): boolean {
  if (NEVER_CONNECTED.has(systemErrorCode(error))) return true;
  if (typeof error !== 'object' || error === null) return false;
  const { syscall, message }: { syscall?: unknown; message?: unknown } = error;
  return syscall === 'connect' || /did not establish a connection|before secure TLS connection/.test(String(message));
}

function stopOn(sdk: SdkError, { answer, from, error }: { answer: string; from: string; error: unknown }): void {
  const fix = STOPS.get(sdk.name) ?? (isSenderUnverified(sdk, from) ? VERIFY_FIX : undefined);
  if (fix !== undefined) throw refuseSender(answer, { fix, cause: error });
  if (sdk.status === 401 || sdk.status === 403) throw refuseAws(answer, error);
}

/** SES lists every identity that failed its check; in the sandbox these may be recipients alone. */
function isSenderUnverified({ name, message }: SdkError, from: string): boolean {
  const sender = (/<([^<>]+)>\s*$/.exec(from)?.[1] ?? from).trim().toLowerCase();
  const listed = /identities failed the check[^:]*:(.*)$/is.exec(message)?.[1]?.toLowerCase() ?? '';
  return name.startsWith('MessageRejected') && sender !== '' && listed.includes(sender);
}
