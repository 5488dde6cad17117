/** Turns what nodemailer answers for one message into an outcome of the ledger; pure. */
import { NightjarError } from '../errors';
import { classifyReply, type ReplyCause, type Verdict } from './classify';

/** What became of one e-mail. */
export type SendOutcome =
  /** 2xx after the final dot. */
  | { readonly kind: 'accepted'; readonly code: number; readonly answer: string }
  /** 5xx: this message will never be taken. */
  | {
      readonly kind: 'refused';
      readonly code: number;
      readonly enhanced?: string;
      readonly cause: ReplyCause;
      readonly answer: string;
    }
  /** Surely not sent, worth another try: 4xx, or the connection failed before the first byte of the message. */
  | {
      readonly kind: 'deferred';
      readonly code?: number;
      readonly enhanced?: string;
      readonly cause: ReplyCause;
      readonly answer: string;
    }
  /** The server may have the message: bytes of it were read, and no answer came. */
  | { readonly kind: 'unknown'; readonly answer: string };

/** What is known of a failed send. */
export interface Failure {
  readonly error: unknown;
  /** True once a byte of the message may have left. */
  readonly begun: boolean;
}

/** Answers are kept for reports, one line of them. */
const ANSWER_MAX = 300;

interface SmtpError {
  readonly code: string | undefined;
  readonly command: string | undefined;
  readonly responseCode: number | undefined;
  readonly response: string | undefined;
}

/** Errors that nodemailer raises itself about a recipient or sender that it will not write. */
const NOT_ADDRESSABLE: ReadonlySet<string> = new Set(['EENVELOPE']);

/**
 * Reads a failed send.
 * A reply decides by its code; without one, only bytes that were read make it `unknown`.
 *
 * @throws E_MAIL_SERVER where the server refuses our credentials: no mail of the run can succeed
 * @throws E_MAIL_ADDRESS where the address can't be put into a command, which `checkAddress` would have told
 */
export function readFailure({ error, begun }: Failure): SendOutcome {
  const smtp = readSmtpError(error);
  const answer = shortenAnswer(smtp.response ?? readMessage(error));
  const { code, responseCode } = smtp;
  if (code === 'EAUTH' || code === 'ENOAUTH' || code === 'EOAUTH2') return readLoginFailure(smtp, answer, error);
  if (responseCode === undefined && !begun && code !== undefined && NOT_ADDRESSABLE.has(code)) {
    throw new NightjarError('E_MAIL_ADDRESS', 'an address was refused before it was sent', { cause: error });
  }
  if (responseCode === undefined || responseCode < 400 || responseCode > 599) {
    return begun ? { kind: 'unknown', answer } : { kind: 'deferred', cause: 'connection', answer };
  }
  const verdict = classifyReply({ code: responseCode, text: smtp.response ?? '', command: smtp.command });
  if (verdict.kind === 'stop') throw refuseLogin(answer, error);
  return describeVerdict(isAboutSession(smtp) ? { ...verdict, kind: 'deferred', cause: 'connection' } : verdict, {
    code: responseCode,
    answer,
  });
}

/** A greeting, an EHLO or a STARTTLS that is refused says nothing about a message. */
function isAboutSession({ code }: SmtpError): boolean {
  return code !== 'EENVELOPE' && code !== 'EMESSAGE';
}

/** A temporary failure of the login is a matter of the server, and passes. */
function readLoginFailure(smtp: SmtpError, answer: string, error: unknown): SendOutcome {
  const code = smtp.responseCode;
  if (code !== undefined && code >= 400 && code < 500) {
    const verdict = classifyReply({ code, text: smtp.response ?? '', command: smtp.command });
    if (verdict.kind !== 'stop') return describeVerdict({ ...verdict, kind: 'deferred' }, { code, answer });
  }
  throw refuseLogin(answer, error);
}

function refuseLogin(answer: string, cause: unknown): NightjarError {
  return new NightjarError('E_MAIL_SERVER', `the SMTP server refuses our credentials: ${answer}`, {
    fix: 'check user and password in SMTP_URL',
    cause,
  });
}

function describeVerdict({ kind, cause, enhanced }: Verdict, reply: { code: number; answer: string }): SendOutcome {
  const named = enhanced === undefined ? {} : { enhanced };
  return kind === 'refused' ? { kind, ...reply, cause, ...named } : { kind: 'deferred', ...reply, cause, ...named };
}

/** Reads the answer that took the message, 2xx after the final dot. */
export function readAcceptance(response: string): SendOutcome {
  return { kind: 'accepted', code: Number(/^\d{3}/.exec(response)?.[0] ?? 250), answer: shortenAnswer(response) };
}

/** Reads a 2xx that came before the message was written: no answer to it, whatever it says. */
export function readEarlyAnswer(response: string, begun: boolean): SendOutcome {
  const answer = shortenAnswer(`answered before the message was written: ${response}`);
  return begun ? { kind: 'unknown', answer } : { kind: 'deferred', cause: 'connection', answer };
}

/** Keeps one line without control characters, at most 300 characters. */
export function shortenAnswer(text: string): string {
  const line = text.replaceAll(/[\p{Cc}\s]+/gu, ' ').trim();
  return line.length <= ANSWER_MAX ? line : `${line.slice(0, ANSWER_MAX - 1)}…`;
}

/** Not by instanceof: errors of the system have another identity in some realms. */
function readMessage(error: unknown): string {
  const isError = typeof error === 'object' && error !== null && 'message' in error;
  return isError ? String(error.message) : String(error);
}

function readSmtpError(error: unknown): SmtpError {
  const fields: Readonly<Record<string, unknown>> = typeof error === 'object' && error !== null ? { ...error } : {};
  const { code, command, responseCode, response } = fields;
  return {
    code: typeof code === 'string' ? code : undefined,
    command: typeof command === 'string' ? command : undefined,
    responseCode: typeof responseCode === 'number' ? responseCode : undefined,
    response: typeof response === 'string' ? response : undefined,
  };
}
