/** Builds messages for tests, and reads them back as a strict reader does. */
import { type ParsedMail, simpleParser } from 'mailparser';
import { messageIdOf, signUnsubscribe } from '../../../src/content/links';
import {
  createMessageBuilder,
  type Message,
  type RecipientParts,
  type SenderParts,
} from '../../../src/content/message';

export const SENDER: SenderParts = {
  from: { name: 'Corner Shop', address: 'news@shop.example' },
  list: 'nightly-picks',
  template: 'picks',
  month: '2026-11',
  unsubscribeMailto: 'unsubscribe@shop.example',
};

export const RECIPIENT: RecipientParts = {
  to: { name: 'Ken Ito', address: 'ken@mail.example' },
  rendered: { subject: 'Six picks', html: '<p>Hello</p>', text: 'Hello' },
  messageId: messageIdOf({ run: 'nightly-picks.2026-11-24', userId: 'u1', domain: 'shop.example' }),
  date: new Date('2026-11-24T02:00:05Z'),
  unsubscribeUrl: signUnsubscribe({
    secret: 's',
    publicUrl: 'https://shop.example',
    userId: 'u1',
    list: 'nightly-picks',
  }),
};

/** Builds a message of the parts above, with those that are given instead. */
export function build(recipient: Partial<RecipientParts> = {}, sender: Partial<SenderParts> = {}): Message {
  return createMessageBuilder({ ...SENDER, ...sender })({ ...RECIPIENT, ...recipient });
}

export interface ReadMessage {
  readonly raw: string;
  /** Unfolded, in their order. */
  readonly fields: readonly string[];
  readonly parsed: ParsedMail;
}

/** Reads a message with mailparser, and its header fields by themselves. */
export async function read({ raw }: Pick<Message, 'raw'>): Promise<ReadMessage> {
  const text = raw.toString('latin1');
  const fields = text
    .slice(0, text.indexOf('\r\n\r\n'))
    .replaceAll(/\r\n(?=[ \t])/g, '')
    .split('\r\n');
  return {
    raw: text,
    fields,
    parsed: await simpleParser(raw, { skipImageLinks: true, skipHtmlToText: true, skipTextToHtml: true }),
  };
}

/** The field names of a message, in their order. */
export function namesOf({ fields }: Pick<ReadMessage, 'fields'>): readonly string[] {
  return fields.map((field) => field.slice(0, field.indexOf(':')));
}
