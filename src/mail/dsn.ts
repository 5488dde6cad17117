/** What servers are asked to report about a message (RFC 3461), where they announce DSN. */
import type { Message } from '../content/message';

/** In nodemailer's words; it sends none of it to a server that does not announce DSN. */
export interface ReportWish {
  readonly ret: 'HDRS';
  readonly envid: string;
  readonly notify: 'FAILURE';
}

/** RFC 3461 section 4.4. */
const ENVID_MAX = 100;

/**
 * Asks for a report of failure alone, so that no server tells of mails that are late, with the header and not the whole message.
 * ENVID is the Message-ID's local part: a report says which mail it is of even where its return path was rewritten.
 */
export function reportWish({ messageId }: Pick<Message, 'messageId'>): ReportWish {
  const [local = ''] = messageId.replace(/^</, '').split(/[@>]/);
  return { ret: 'HDRS', envid: local.slice(0, ENVID_MAX), notify: 'FAILURE' };
}
