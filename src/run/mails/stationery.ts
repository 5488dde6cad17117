/** What all mails of a run are written on: sender, list, return paths. Prepared once for many mails. */
import { type Mailbox, parseMailbox } from '../../content/address';
import { createMessageBuilder, type MessageBuilder } from '../../content/message';
import { createReturnPaths } from '../../content/return-path';
import type { RunRow } from '../../database/runs/runs';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';

export interface StationeryParts {
  readonly engines: Pick<Engines, 'settings' | 'secret'>;
  readonly run: Pick<RunRow, 'slot'>;
  readonly job: EmailJob;
  readonly template: { readonly name: string };
}

export interface Stationery {
  readonly from: Mailbox;
  /** Of the sender, as A-label. */
  readonly domain: string;
  readonly build: MessageBuilder;
  /** The envelope's sender for a Message-ID; undefined where that is the From address. */
  readonly returnPathOf: (messageId: string) => string | undefined;
}

const prepared = new WeakMap<StationeryParts, Stationery>();

/**
 * Prepares the stationery, or finds it where it was prepared for the same parts before.
 * @throws E_MAIL_ADDRESS where the sender or mail.replyTo can't be written to
 */
export function stationeryOf(parts: StationeryParts): Stationery {
  const known = prepared.get(parts);
  if (known !== undefined) return known;
  const stationery = prepare(parts);
  prepared.set(parts, stationery);
  return stationery;
}

function prepare({ engines, run, job, template }: StationeryParts): Stationery {
  const { mail } = engines.settings;
  const from = parseMailbox(job.send.from ?? mail.from);
  const paths =
    mail.bounceDomain === null ? undefined : createReturnPaths({ secret: engines.secret, domain: mail.bounceDomain });
  return {
    from,
    domain: from.address.slice(from.address.lastIndexOf('@') + 1),
    build: createMessageBuilder({
      from,
      replyTo: mail.replyTo === null ? undefined : parseMailbox(mail.replyTo),
      list: job.name,
      template: template.name,
      month: run.slot.slice(0, 7),
      unsubscribeMailto: mail.unsubscribeMailto ?? undefined,
    }),
    returnPathOf: (messageId) => paths?.make(messageId),
  };
}
