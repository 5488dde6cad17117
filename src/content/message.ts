/** Builds one complete e-mail: its octets (RFC 5322, MIME) and the envelope it travels in. Sending belongs to `mail/`. */
import { NightjarError } from '../errors';
import { checkAddress, type Mailbox } from './address';
import type { RenderedMail } from './context';
import { cleanHeader } from './mime/clean-header';
import { mailboxField, textField, tokenField, writeMailbox } from './mime/header-lines';
import { listFields, unsubscribeFields } from './mime/list-fields';
import { TextEncoding, type TextPieces } from './mime/transfer-encoding';

/** A message that is ready to go, to one recipient. */
export interface Message {
  readonly envelope: {
    /** The return path. */
    readonly from: string;
    readonly to: string;
  };
  /** The From header on one line, for services that want it beside the message. */
  readonly from: string;
  /** With its angle brackets. */
  readonly messageId: string;
  /** Headers and body, ASCII, each line ended by CRLF and none longer than 998 octets. */
  readonly raw: Buffer;
}

/** What all mails of a run have in common. */
export interface SenderParts {
  readonly from: Mailbox;
  readonly replyTo?: Mailbox | undefined;
  /** The job's name; with the sender's domain it makes the List-Id. */
  readonly list: string;
  /** The template's name; with list, month and sender it makes the Feedback-ID. */
  readonly template: string;
  /** `YYYY-MM` of the run's slot. */
  readonly month: string;
  /** Where an unsubscribe by mail goes, if anywhere; the link's token becomes its subject. */
  readonly unsubscribeMailto?: string | undefined;
}

export interface RecipientParts {
  readonly to: Mailbox;
  readonly rendered: RenderedMail;
  /** With its angle brackets, `messageIdOf`. */
  readonly messageId: string;
  /** The Date header: the time of sending. */
  readonly date: Date;
  /** `signUnsubscribe`; One-Click is offered for https only (RFC 8058). */
  readonly unsubscribeUrl: string;
  /** `ReturnPaths`; the From address where it is left out. */
  readonly returnPath?: string | undefined;
  /** What a proof has beside: words before the subject, and a field of its own, both of nightjar's making. */
  readonly mark?: { readonly subject: string; readonly field: readonly [name: string, value: string] } | undefined;
}

/** Builds the mail of one recipient. */
export type MessageBuilder = (recipient: RecipientParts) => Message;

/** In UTF-16 units. */
const NAME_MAX = 100;
const SUBJECT_MAX = 250;
const encoder = new TextEncoding();
const MESSAGE_ID = /^<[!#$%&'*+\-./0-9=?A-Z^_`a-z{|}~]+@[\w.-]+>$/;

/**
 * Prepares the messages of a run: what is the same in all of them is checked and written once.
 * No header holds a CR or LF that is not ours, whatever the contact, the catalogue or the template say.
 *
 * @throws E_MAIL_ADDRESS where sender, recipient or the address for unsubscribing can't be written to (`checkAddress`)
 */
export function createMessageBuilder(sender: SenderParts): MessageBuilder {
  const from = readMailbox(sender.from, 'sender');
  const replyTo = sender.replyTo === undefined ? '' : mailboxField('Reply-To', readMailbox(sender.replyTo, 'Reply-To'));
  const domain = from.address.slice(from.address.lastIndexOf('@') + 1);
  const ours = {
    before: mailboxField('From', from),
    after: replyTo + listFields({ ...sender, domain }),
    from: writeMailbox(from),
  };
  const mailto =
    sender.unsubscribeMailto === undefined
      ? undefined
      : readMailbox({ name: '', address: sender.unsubscribeMailto }, 'address for unsubscribing').address;
  return (recipient) => {
    const to = readMailbox(recipient.to, 'recipient');
    const messageId = checkMessageId(recipient.messageId);
    const fields = [
      ours.before,
      mailboxField('To', to),
      textField('Subject', cleanHeader(`${recipient.mark?.subject ?? ''}${recipient.rendered.subject}`, SUBJECT_MAX)),
      tokenField('Date', recipient.date.toUTCString().replace('GMT', '+0000')),
      tokenField('Message-ID', messageId),
      ours.after,
      recipient.mark === undefined
        ? ''
        : textField(recipient.mark.field[0], cleanHeader(recipient.mark.field[1], SUBJECT_MAX)),
      unsubscribeFields({ url: recipient.unsubscribeUrl, mailto }),
    ];
    return {
      envelope: { from: recipient.returnPath ?? from.address, to: to.address },
      from: ours.from,
      messageId,
      raw: writeMessage(fields.join(''), recipient.rendered, boundaryOf(messageId)),
    };
  };
}

export interface NoticeParts {
  readonly from: Mailbox;
  /** An address that can be written to. */
  readonly to: string;
  readonly rendered: RenderedMail;
  /** With its angle brackets. */
  readonly messageId: string;
  readonly date: Date;
}

/**
 * Builds a notice to somebody who looks after nightjar: of no list, and marked so that no out-of-office answers it (RFC 3834).
 * @throws E_MAIL_ADDRESS where sender or recipient can't be written to
 */
export function buildNotice({ from: sender, to: recipient, rendered, messageId, date }: NoticeParts): Message {
  const from = readMailbox(sender, 'sender');
  const to = readMailbox({ name: '', address: recipient }, 'recipient');
  const fields = [
    mailboxField('From', from),
    mailboxField('To', to),
    textField('Subject', cleanHeader(rendered.subject, SUBJECT_MAX)),
    tokenField('Date', date.toUTCString().replace('GMT', '+0000')),
    tokenField('Message-ID', checkMessageId(messageId)),
    tokenField('Auto-Submitted', 'auto-generated'),
  ];
  return {
    envelope: { from: from.address, to: to.address },
    from: writeMailbox(from),
    messageId,
    raw: writeMessage(fields.join(''), rendered, boundaryOf(messageId)),
  };
}

/**
 * No content can end its part, since `--=_` stands in none: quoted-printable escapes `=`, a text with one is not sent as 7bit, and
 * base64 has no `-`. The rest is the message's own, for messages that are forwarded within others.
 */
function boundaryOf(messageId: string): string {
  return `=_${messageId.slice(1, messageId.indexOf('@')).replaceAll(/\W/g, '').slice(0, 32)}`;
}

/** The plain text first, the HTML last (RFC 2046 section 5.1.4). */
function writeMessage(fields: string, { text, html, pieces }: RenderedMail, boundary: string): Buffer {
  const head = `${fields}MIME-Version: 1.0\r\nContent-Type: multipart/alternative;\r\n boundary="${boundary}"\r\n\r\n`;
  const raw =
    writePart(`${head}--${boundary}`, 'plain', pieces?.text ?? [text]) +
    writePart(`\r\n--${boundary}`, 'html', pieces?.html ?? [html]);
  return Buffer.from(`${raw}\r\n--${boundary}--\r\n`, 'latin1');
}

function writePart(before: string, subtype: string, content: TextPieces): string {
  const { encoding, octets } = encoder.join(content);
  const type = `Content-Type: text/${subtype}; charset=utf-8\r\nContent-Transfer-Encoding: ${encoding}`;
  return `${before}\r\n${type}\r\n\r\n${octets}`;
}

function readMailbox(mailbox: Mailbox, role: string): Mailbox {
  const checked = checkAddress(mailbox.address);
  if (!checked.ok) throw new NightjarError('E_MAIL_ADDRESS', `the ${role} can't be written to (${checked.reason})`);
  return { name: cleanHeader(mailbox.name, NAME_MAX), address: checked.address };
}

function checkMessageId(messageId: string): string {
  if (MESSAGE_ID.test(messageId) && messageId.length <= SUBJECT_MAX) return messageId;
  throw new NightjarError('E_BUG', 'a Message-ID is not of the form <left@right>');
}
