/** Builds what nodemailer composes and sends: headers and envelope of one e-mail. Sending belongs to `mail/`. */
import type { SendMailOptions } from 'nodemailer';
import { NightjarError } from '../errors';
import { checkAddress, type Mailbox } from './address';
import type { RenderedMail } from './context';

export interface MessageParts {
  readonly from: Mailbox;
  readonly to: Mailbox;
  readonly rendered: RenderedMail;
  /** With its angle brackets, `messageIdOf`. */
  readonly messageId: string;
  /** The Date header: the time of sending. */
  readonly date: Date;
  /** The job's name; with the sender's domain it makes the List-Id. */
  readonly list: string;
  /** `signUnsubscribe`; One-Click is offered for https only (RFC 8058). */
  readonly unsubscribeUrl: string;
  /** Where an unsubscribe by mail goes, if anywhere; the link's token becomes its subject. */
  readonly unsubscribeMailto?: string;
  /** The return path; the From address where it is left out. */
  readonly envelopeFrom?: string;
}

/** RFC 5322 allows 998 octets a line; a display name or subject of this many characters stays below when encoded and folded. */
const NAME_MAX = 100;
const SUBJECT_MAX = 250;

/**
 * Builds the nodemailer options of one e-mail to one recipient.
 * No value holds a CR or LF, whatever the contact, the catalogue or the template say, and no header line passes 998 octets.
 * Files and URLs are never read for it.
 *
 * @throws E_MAIL_ADDRESS where sender or recipient can't be written to (`checkAddress`)
 */
export function buildMessage(parts: MessageParts): SendMailOptions {
  const from = readMailbox(parts.from, 'sender');
  const to = readMailbox(parts.to, 'recipient');
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const oneClick = parts.unsubscribeUrl.startsWith('https://');
  return {
    envelope: { from: parts.envelopeFrom ?? from.address, to: [to.address] },
    from,
    to,
    subject: cleanHeader(parts.rendered.subject, SUBJECT_MAX),
    messageId: cleanHeader(parts.messageId, SUBJECT_MAX),
    date: parts.date,
    list: {
      unsubscribe: [listWaysOut(parts)],
      id: { url: `${parts.list}.${domain}`, comment: parts.list },
    },
    headers: oneClick ? { 'List-Unsubscribe-Post': 'List-Unsubscribe=One-Click' } : {},
    text: parts.rendered.text,
    html: parts.rendered.html,
    textEncoding: chooseEncoding(parts.rendered.text),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

/** Where more than a sixth of the characters are beyond ASCII, base64 is the shorter of the two (RFC 2045). */
const BASE64_SHARE = 6;

/** nodemailer would go through every part of every mail, character by character, to find the same. */
function chooseEncoding(text: string): 'quoted-printable' | 'base64' {
  const beyond = text.match(/[^\0-\x7f]/g)?.length ?? 0;
  return beyond * BASE64_SHARE > text.length ? 'base64' : 'quoted-printable';
}

/** The nested list makes one header of both ways; a flat one would make two headers, which RFC 8058 forbids. */
function listWaysOut({ unsubscribeUrl, unsubscribeMailto }: MessageParts): string[] {
  if (unsubscribeMailto === undefined) return [unsubscribeUrl];
  const token = unsubscribeUrl.slice(unsubscribeUrl.lastIndexOf('/') + 1);
  return [unsubscribeUrl, `mailto:${unsubscribeMailto}?subject=${token}`];
}

function readMailbox(mailbox: Mailbox, role: string): Mailbox {
  const checked = checkAddress(mailbox.address);
  if (!checked.ok) throw new NightjarError('E_MAIL_ADDRESS', `the ${role} can't be written to (${checked.reason})`);
  return { name: cleanHeader(mailbox.name, NAME_MAX), address: checked.address };
}

/**
 * Makes one line of a text. Control characters, line separators, halves of a surrogate pair and marks that reverse the
 * reading direction become blanks, runs of blanks become one, and `=?` is parted: a reader would decode what a name wrote.
 * What passes `max` characters is cut, never within one of them.
 */
export function cleanHeader(text: string, max: number): string {
  const line = text
    .replaceAll(/[\p{Cc}\p{Cs}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, ' ')
    .replaceAll(/\s+/gu, ' ')
    .replaceAll('=?', '= ?')
    .trim();
  if (line.length <= max) return line;
  let cut = '';
  for (const { segment } of new Intl.Segmenter().segment(line)) {
    if (cut.length + segment.length >= max) break;
    cut += segment;
  }
  return `${cut.trimEnd()}…`;
}
