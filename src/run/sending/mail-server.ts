/** Asks the mail server before anything is claimed. */
import type { Mailer } from '../../mail/mailer';

/**
 * Connects and logs in once, before any delivery is claimed: a server that is down must not use up the attempts of a night's mails.
 * @throws E_MAIL_SERVER where trying again later can help; E_MAIL_LOGIN, E_MAIL_TLS, E_MAIL_SENDER where it can't
 */
export async function checkMailServer(mailer: Pick<Mailer, 'verify'>): Promise<void> {
  await mailer.verify();
}
