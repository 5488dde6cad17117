/** Makes one e-mail of a claimed delivery: checks the contact again, chooses what to show, renders, and builds the message. */
import type { Mailbox } from '../../content/address';
import { buildContext, nameContact, type RenderedMail } from '../../content/context';
import { createItemLinks } from '../../content/item-links';
import { messageIdOf, NOBODY, signUnsubscribe } from '../../content/links';
import type { Message, RecipientParts } from '../../content/message';
import type { CompiledTemplate } from '../../content/template';
import type { ClaimedDelivery, DeliveryAnswer } from '../../database/ledger/claims';
import type { FurtherSlates } from '../../database/ledger/section-slates';
import type { StoredContact } from '../../database/people/contacts';
import type { RunRow } from '../../database/runs/runs';
import type { EmailJob } from '../../job/email-job';
import type { Item } from '../../job/people';
import type { ChosenItems } from '../../job/slate';
import type { Engines } from '../engines';
import type { RefuseAddress } from '../recipients/allowed-addresses';
import { chooseRecipient } from '../recipients/choose-recipients';
import type { Avoided } from '../sending/avoid';
import { type ChosenParts, chooseParts } from './choose-parts';
import type { PlannedFallback } from './fallback';
import { stationeryOf } from './stationery';

export interface MailParts {
  readonly engines: Pick<Engines, 'settings' | 'secret' | 'now'>;
  readonly run: Pick<RunRow, 'runId' | 'slot'>;
  readonly job: EmailJob;
  readonly template: CompiledTemplate;
  /** Of the run, so that all its mails show one price. */
  readonly catalogue: ReadonlyMap<string, Item>;
  /** Of this moment: what is sold out or gone since is not shown; `catalogue` where left out. */
  readonly newest?: ReadonlyMap<string, Item> | undefined;
  readonly planned: PlannedFallback;
  /** Keeps the run to some addresses. */
  readonly refuse?: RefuseAddress | undefined;
  /** What a recipient has bought or been shown too recently; nothing where left out. */
  readonly avoided?: ((userId: string) => Avoided) | undefined;
  /** Hears of every list of items as it was chosen. */
  readonly note?: ((chosen: ChosenItems) => void) | undefined;
  /** Set where the contact is not sent this mail: consent does not matter, and the links neither unsubscribe nor count. */
  readonly trial?: Trial;
}

/** What is other in the mail of a preview, a test or a proof. */
export interface Trial {
  /** Whom it is addressed to instead of the contact. */
  readonly to?: Mailbox;
  /** Whether it is made only where the contact itself would get it. */
  readonly onlyIfDue?: boolean;
  /** What its Message-ID is derived from beside the user, so that it is not that of the contact's own mail. */
  readonly idOf?: string;
  readonly mark?: RecipientParts['mark'];
}

/** What the ledger says of the mail that is to be made. */
export type MailRow = Pick<ClaimedDelivery, 'userId' | 'addressHash' | 'slate' | 'attempt'> &
  Partial<Pick<ClaimedDelivery, 'fallback'>> &
  FurtherSlates;

export type MadeMail =
  | {
      readonly kind: 'mail';
      readonly userId: string;
      readonly messageId: string;
      readonly attempt: number;
      /** Item ids, in the order in which the mail shows them. */
      readonly shown: readonly string[];
      readonly message: Message;
      /** What the message was built of. */
      readonly rendered: RenderedMail;
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
  const isDue = parts.trial === undefined || parts.trial.onlyIfDue === true;
  const reason = isDue ? whyNot(parts, row, stored) : undefined;
  if (reason !== undefined) return exclude(row, reason);
  const chosen = chooseParts({
    job: parts.job,
    row,
    contact: stored.contact,
    planned: parts.planned,
    findItem: (itemId) => findItem(parts, itemId),
    findReason: (itemId) => parts.catalogue.get(itemId),
    avoid: parts.avoided?.(row.userId),
    note: parts.note,
    now: parts.engines.now(),
  });
  if (chosen.excluded !== undefined) return exclude(row, chosen.excluded);
  return buildMail(parts, { row, stored, chosen });
}

/** Items with a newer stock, so that what is made of each is made once, and not in every mail. */
const restocked = new WeakMap<Item, { readonly stock: number | undefined; readonly item: Item }>();

/** The item as the run shows it, with the stock of this moment; undefined where one of both catalogues has it no more. */
function findItem({ catalogue, newest = catalogue }: MailParts, itemId: string): Item | undefined {
  const item = catalogue.get(itemId);
  const now = newest === catalogue ? item : newest.get(itemId);
  if (item === undefined || now === undefined || item.stock === now.stock) return now === undefined ? undefined : item;
  const known = restocked.get(item);
  if (known !== undefined && known.stock === now.stock) return known.item;
  const { stock: _stock, ...rest } = item;
  const next = now.stock === undefined ? rest : { ...rest, stock: now.stock };
  restocked.set(item, { stock: now.stock, item: next });
  return next;
}

function whyNot({ job, refuse }: MailParts, row: MailRow, stored: StoredContact): string | undefined {
  const choice = chooseRecipient(stored, { where: job.recipients.where, topic: job.name, refuse });
  if (!choice.chosen) return choice.reason;
  // The ledger guards the address that was planned; the mail of another one could be that person's second.
  return choice.addressHash === row.addressHash ? undefined : 'address_changed';
}

function buildMail(
  parts: MailParts,
  delivery: { row: MailRow; stored: StoredContact; chosen: Exclude<ChosenParts, { excluded: string }> },
): MadeMail {
  const { engines, run, job } = parts;
  const { mail, publicUrl } = engines.settings;
  const { row, stored } = delivery;
  const { from, domain, build, returnPathOf } = stationeryOf(parts);
  const { trial } = parts;
  const messageId = messageIdOf({ run: trial?.idOf ?? run.runId, userId: row.userId, domain });
  const whom = trial === undefined ? row.userId : NOBODY;
  const unsubscribeUrl = signUnsubscribe({ secret: engines.secret, publicUrl, userId: whom, list: job.name });
  const context = buildContext({
    contact: stored.contact,
    ...delivery.chosen.own,
    sections: delivery.chosen.sections,
    job,
    unsubscribeUrl,
    sender: { name: from.name, postalAddress: mail.postalAddress },
    publicUrl,
    slot: run.slot,
    locale: parts.template.chooseLocale(stored.contact.locale),
    timeZone: job.schedule?.timezone,
    links: createItemLinks({
      rules: job.content.links,
      job: job.name,
      runId: run.runId,
      userId: whom,
      secret: engines.secret,
      publicUrl,
    }),
  });
  const rendered = parts.template.render(context);
  const { shown } = delivery.chosen;
  const message = build({
    to: trial?.to ?? { name: nameContact(stored.contact) ?? '', address: stored.contact.email ?? '' },
    rendered,
    messageId,
    date: new Date(engines.now()),
    unsubscribeUrl,
    returnPath: returnPathOf(messageId),
    mark: trial?.mark,
  });
  return { kind: 'mail', userId: row.userId, messageId, attempt: row.attempt, shown, message, rendered };
}

function exclude(row: MailRow, reason: string): MadeMail {
  return { kind: 'excluded', answer: { userId: row.userId, state: 'excluded', reason } };
}
