/** Who a job's mails are from. */
import { parseMailbox } from '../../content/address';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';

/** The sender's address in lower case: what rates, blocks and ramps are kept by, whatever name stands before it. */
export function senderOf({ settings }: Pick<Engines, 'settings'>, job: EmailJob): string {
  return parseMailbox(job.send.from ?? settings.mail.from).address.toLowerCase();
}

/** Tells the domain of a sender. */
export function senderDomain(from: string): string {
  const { address } = parseMailbox(from);
  return address.slice(address.lastIndexOf('@') + 1);
}
