/** Makes one e-mail of a claimed delivery: checks the contact again, chooses what to show, renders, and builds the message. */
import type { SendMailOptions } from 'nodemailer';
import { parseMailbox } from '../content/address';
import { buildContext, nameContact } from '../content/context';
import { messageIdOf, signUnsubscribe } from '../content/links';
import { buildMessage } from '../content/message';
import type { CompiledTemplate } from '../content/template';
import type { ClaimedDelivery, DeliveryAnswer } from '../database/claims';
import type { StoredContact } from '../database/contacts';
import type { RunRow } from '../database/runs';
import type { EmailJob } from '../job/definition';
import type { Item } from '../job/people';
import { chooseItems } from '../job/slate';
import type { RefuseAddress } from './allowed-addresses';
import { chooseRecipient } from './choose-recipients';
import type { Engines } from './engines';
import { senderDomain } from './sending/sender';

export interface MailParts {
  readonly engines: Pick<Engines, 'settings' | 'secret' | 'now'>;
  readonly run: Pick<RunRow, 'runId' | 'slot'>;
  readonly job: EmailJob;
  readonly template: CompiledTemplate;
  readonly catalogue: ReadonlyMap<string, Item>;
  readonly popular: readonly string[];
  /** Keeps the run to some addresses. */
  readonly refuse?: RefuseAddress | undefined;
}

/** What the ledger says of the mail that is to be made. */
export type MailRow = Pick<ClaimedDelivery, 'userId' | 'addressHash' | 'slate' | 'attempt'>;

export type MadeMail =
  | {
      readonly kind: 'mail';
      readonly userId: string;
      readonly messageId: string;
      readonly attempt: number;
      readonly message: SendMailOptions;
    }
  | { readonly kind: 'excluded'; readonly answer: DeliveryAnswer };

/**
 * Makes the mail, or excludes the recipient with the reason: what changed since the plan (consent, suppression, address) counts,
 * and so does the stock of what would be shown.
 */
export function makeMail(
  parts: MailParts,
  delivery: { readonly row: MailRow; readonly stored: StoredContact | undefined },
): MadeMail {
  const { row, stored } = delivery;
  if (stored === undefined) return exclude(row, 'contact_gone');
  const choice = chooseRecipient(stored, {
    where: parts.job.recipients.where,
    topic: parts.job.name,
    refuse: parts.refuse,
  });
  if (!choice.chosen) return exclude(row, choice.reason);
  // The ledger guards the address that was planned; the mail of another one could be that person's second.
  if (choice.addressHash !== row.addressHash) return exclude(row, 'address_changed');
  const { show } = parts.job.content;
  const chosen = chooseItems({
    slate: row.slate,
    spare: [],
    fallback: show.fallback === 'popular' ? parts.popular : [],
    findItem: (itemId) => parts.catalogue.get(itemId),
    show,
  });
  if (chosen.excluded !== undefined) return exclude(row, chosen.excluded);
  return buildMail(parts, { row, stored, items: chosen.items });
}

function buildMail(
  parts: MailParts,
  delivery: { row: MailRow; stored: StoredContact; items: readonly Item[] },
): MadeMail {
  const { engines, run, job } = parts;
  const { mail, publicUrl } = engines.settings;
  const { row, stored } = delivery;
  const from = parseMailbox(job.send.from ?? mail.from);
  const messageId = messageIdOf({
    run: run.runId,
    userId: row.userId,
    domain: senderDomain(job.send.from ?? mail.from),
  });
  const unsubscribeUrl = signUnsubscribe({ secret: engines.secret, publicUrl, userId: row.userId, list: job.name });
  const context = buildContext({
    contact: stored.contact,
    items: delivery.items,
    job,
    unsubscribeUrl,
    sender: { name: from.name, postalAddress: mail.postalAddress },
    publicUrl,
    slot: run.slot,
  });
  const message = buildMessage({
    from,
    to: { name: nameContact(stored.contact) ?? '', address: stored.contact.email ?? '' },
    rendered: parts.template.render(context),
    messageId,
    date: new Date(engines.now()),
    list: job.name,
    unsubscribeUrl,
    ...(mail.unsubscribeMailto === null ? {} : { unsubscribeMailto: mail.unsubscribeMailto }),
  });
  return { kind: 'mail', userId: row.userId, messageId, attempt: row.attempt, message };
}

function exclude(row: MailRow, reason: string): MadeMail {
  return { kind: 'excluded', answer: { userId: row.userId, state: 'excluded', reason } };
}
