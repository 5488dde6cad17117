/** Tells a mail server that can't be used now from one that refuses our credentials and will refuse them again. */
import { isNightjarError, NightjarError } from '../errors';
import type { Mailer } from '../mail/mailer';

/** What nodemailer calls a login that failed, or that the server asked for and we have none. */
const LOGIN_ERRORS: ReadonlySet<unknown> = new Set(['EAUTH', 'ENOAUTH', 'EOAUTH2']);
const LOGIN_REPLIES: ReadonlySet<unknown> = new Set([530, 535]);

/**
 * Connects and logs in once, before any delivery is claimed: a server that is down must not use up the attempts of a night's mails.
 * @throws E_MAIL_SERVER where trying again later can help, E_MAIL_LOGIN where the credentials are refused
 */
export async function checkMailServer(mailer: Pick<Mailer, 'verify'>): Promise<void> {
  await mailer.verify().catch((error: unknown) => {
    throw explainMailFailure(error);
  });
}

/** Names what a mailer threw: refused credentials become E_MAIL_LOGIN, which no waiting mends; all else stays as it is. */
export function explainMailFailure(error: unknown): unknown {
  if (!isNightjarError(error) || error.code !== 'E_MAIL_SERVER' || !isLoginRefused(error.cause)) return error;
  return new NightjarError('E_MAIL_LOGIN', error.message, { fix: 'check user and password in SMTP_URL', cause: error });
}

/** A 4xx answer to a login is a matter of the server, and passes. */
function isLoginRefused(cause: unknown): boolean {
  if (typeof cause !== 'object' || cause === null) return false;
  const { code, responseCode }: { code?: unknown; responseCode?: unknown } = cause;
  if (LOGIN_REPLIES.has(responseCode)) return true;
  return LOGIN_ERRORS.has(code) && !(typeof responseCode === 'number' && responseCode < 500);
}
