/** Turns what nodemailer answers for one message into an outcome of the ledger; pure. */
import { NightjarError, systemErrorCode } from '../errors';
import { classifyReply } from './classify';
import { shortenAnswer } from './shorten-answer';
import { explainTlsFailure } from './tls-failure';
import type { Finding, Verdict } from './verdict';

/** What became of one e-mail. Every outcome but `accepted` says whose matter it is, for pacing and stopping. */
export type SendOutcome =
  /** 2xx after the final dot, or the service's own acceptance. */
  | {
      readonly kind: 'accepted';
      /** Of SMTP, or the HTTP status of an API. */
      readonly code: number;
      readonly answer: string;
      /** The id that the server gave the message instead of ours (SES, Outlook), without angle brackets. */
      readonly messageId?: string;
    }
  /** 5xx: this message will never be taken. */
  | (Finding & {
      readonly kind: 'refused';
      readonly code: number;
      readonly enhanced?: string;
      /** The name of an API's error, such as `MessageRejected`. */
      readonly name?: string;
      readonly answer: string;
    })
  /** Surely not sent, worth another try: 4xx, or the connection failed before the first byte of the message. */
  | (Finding & {
      readonly kind: 'deferred';
      readonly code?: number;
      readonly enhanced?: string;
      readonly name?: string;
      readonly answer: string;
    })
  /** The server may have the message: bytes of it were read, and no answer came. */
  | { readonly kind: 'unknown'; readonly scope: 'sender'; readonly answer: string };

/** What is known of a failed send. */
export interface Failure {
  readonly error: unknown;
  /** True once a byte of the message may have left. */
  readonly begun: boolean;
}

interface SmtpError {
  readonly code: string | undefined;
  readonly command: string | undefined;
  readonly responseCode: number | undefined;
  readonly response: string | undefined;
}

/** What nodemailer calls a login that failed, or that the server asked for and we have none. */
const LOGIN_ERRORS: ReadonlySet<string | undefined> = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2']);
/** A server that is busy at the door is asked again soon: connections that are open go on meanwhile. */
const SESSION_MS = 30_000;
/** Errors that nodemailer raises itself about a recipient or sender that it will not write. */
const NOT_ADDRESSABLE: ReadonlySet<string> = new Set(['EENVELOPE']);

/**
 * Reads a failed send.
 * A reply decides by its code; without one, only bytes that were read make it `unknown`.
 *
 * @throws E_MAIL_LOGIN where the server refuses our credentials: no mail of the run can succeed
 * @throws E_MAIL_TLS where its certificate is not to be trusted
 * @throws E_MAIL_ADDRESS where the address can't be put into a command, which `checkAddress` would have told
 */
export function readFailure({ error, begun }: Failure): SendOutcome {
  const smtp = readSmtpError(error);
  const answer = shortenAnswer(smtp.response ?? readMessage(error));
  const { code, responseCode } = smtp;
  const unsafe = begun ? undefined : explainTlsFailure(error);
  if (unsafe !== undefined) throw unsafe;
  if (LOGIN_ERRORS.has(code)) return readLoginFailure(smtp, answer, error);
  if (responseCode === undefined && !begun && code !== undefined && NOT_ADDRESSABLE.has(code)) {
    throw new NightjarError('E_MAIL_ADDRESS', 'an address was refused before it was sent', { cause: error });
  }
  if (responseCode === undefined || responseCode < 400 || responseCode > 599) {
    return begun ? unknown(answer) : notReached(answer);
  }
  const verdict = classifyReply({ code: responseCode, text: smtp.response ?? '', command: smtp.command });
  if (verdict.kind === 'stop') throw refuseLogin(answer, error);
  const aboutUs: Verdict = { ...verdict, kind: 'deferred', ...CONNECTION, retryAfterMs: SESSION_MS };
  return describeVerdict(isAboutSession(smtp) ? aboutUs : verdict, { code: responseCode, answer });
}

/** A greeting, an EHLO or a STARTTLS that is refused says nothing about a message. */
function isAboutSession({ code, command, responseCode }: SmtpError): boolean {
  // A 421 to a recipient in a pipelined envelope, which nodemailer reports as the end of the connection alone.
  if (code === 'ECONNECTION' && command === 'CONN' && responseCode === 421) return false;
  return code !== 'EENVELOPE' && code !== 'EMESSAGE';
}

/** A login that failed for a moment is a matter of the server; without a code the connection was lost. */
function readLoginFailure(smtp: SmtpError, answer: string, error: unknown): SendOutcome {
  if (isLoginRefused(error) || smtp.responseCode === undefined) throw refuseLogin(answer, error);
  const verdict = classifyReply({ code: smtp.responseCode, text: smtp.response ?? '', command: smtp.command });
  return describeVerdict(
    { ...verdict, kind: 'deferred', cause: 'transient', scope: 'login', bounce: 'none', retryAfterMs: SESSION_MS },
    { code: smtp.responseCode, answer },
  );
}

/** Tells credentials that are refused, or asked for and missing, from a login that failed for a moment (4xx). */
export function isLoginRefused(error: unknown): boolean {
  const { code, responseCode } = readSmtpError(error);
  if (responseCode === 530 || responseCode === 535) return true;
  return LOGIN_ERRORS.has(code) && !(responseCode !== undefined && responseCode < 500);
}

/** Names refused credentials. */
export function refuseLogin(answer: string, cause: unknown): NightjarError {
  return new NightjarError('E_MAIL_LOGIN', `the SMTP server refuses our credentials: ${answer}`, {
    fix: 'check user and password in SMTP_URL',
    cause,
  });
}

function describeVerdict(
  { kind, enhanced, ...finding }: Verdict,
  reply: { code: number; answer: string },
): SendOutcome {
  const named = enhanced === undefined ? {} : { enhanced };
  return { kind: kind === 'refused' ? kind : 'deferred', ...reply, ...finding, ...named };
}

/** Reads the answer that took the message, 2xx after the final dot. */
export function readAcceptance(info: {
  readonly response: string;
  readonly serverMessageId?: string | undefined;
}): SendOutcome {
  const { response, serverMessageId } = info;
  const code = Number(/^\d{3}/.exec(response)?.[0] ?? 250);
  const named = serverMessageId === undefined ? {} : { messageId: bareId(serverMessageId) };
  return { kind: 'accepted', code, answer: shortenAnswer(response), ...named };
}

/** The events of SES carry its id without the domain. */
function bareId(messageId: string): string {
  return messageId.replace(/^<(.*)>$/, '$1').replace(/@[^@]*\.amazonses\.com$/, '');
}

/** Reads a 2xx that came before the message was written: no answer to it, whatever it says. */
export function readEarlyAnswer(response: string, begun: boolean): SendOutcome {
  const answer = shortenAnswer(`answered before the message was written: ${response}`);
  return begun ? unknown(answer) : notReached(answer);
}

/** The server between us and everyone. */
const CONNECTION = { cause: 'connection', scope: 'sender', bounce: 'none' } as const satisfies Finding;

/** Says that the server may have the message. */
export function unknown(answer: string): SendOutcome {
  return { kind: 'unknown', scope: 'sender', answer };
}

/** Says that the message surely did not leave. */
export function notReached(answer: string): SendOutcome {
  return { kind: 'deferred', ...CONNECTION, answer };
}

/** Not by instanceof: errors of the system have another identity in some realms. */
function readMessage(error: unknown): string {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError ? String(error.message) : String(error);
}

function readSmtpError(error: unknown): SmtpError {
  const fields: Readonly<Record<string, unknown>> = typeof error === 'object' && error !== null ? { ...error } : {};
  const { command, responseCode, response } = fields;
  return {
    code: systemErrorCode(error),
    command: typeof command === 'string' ? command : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: typeof response === 'string' ? response : undefined,
  };
}
