/** Sends e-mails, over SMTP or Amazon SES: one recipient a message, and an honest word on what became of each. */
import type { Mailer, MailerOptions } from './contract';
import { createSesMailer } from './ses-mailer';
import { isSesUrl } from './ses-url';
import { createSmtpMailer } from './smtp-mailer';

export type { AwsAccess } from './aws-access';
export type { Mailer, MailerOptions, SendHooks, SendQuota, ServerFacts, Timeouts } from './contract';

/**
 * Creates a mailer; nothing is opened before the first use.
 * @throws E_CONFIG_FIELD where the URL is none of a mail server
 */
export function createMailer(options: MailerOptions): Mailer {
  return isSesUrl(options.url) ? createSesMailer(options) : createSmtpMailer(options);
}
