/** Chooses the recipients of an e-mail job: who matches, consents and can be written to, before anything is bought (D10). */
import { checkAddress } from '../../content/address';
import type { Database } from '../../database/connecting/connection';
import { findCarried, listOpenSlots } from '../../database/ledger/carried';
import { streamContactPages } from '../../database/people/contact-pages';
import type { StoredContact } from '../../database/people/contacts';
import { consentFor } from '../../job/attributes';
import type { Where } from '../../job/base-job';
import { matches } from '../../job/where';
import type { InputFilterValues } from '../../personalize/input-lines';
import type { Tally } from '../../report/summary';
import type { ReadValues } from '../buying/filter-values';
import type { RefuseAddress } from './allowed-addresses';

/** What a contact is for a run: chosen, or left out for a reason. */
export type Choice =
  | { readonly chosen: true; readonly addressHash: string; readonly domain: string }
  | { readonly chosen: false; readonly reason: string };

/**
 * Decides on one contact. An explicit refusal of consent always counts, `consent: true` also demands a given one.
 * The first reason that holds is told: not_matched, no_consent, no_address, address_<why>, suppressed_<why>, only_to,
 * not_in_run.
 */
export function chooseRecipient(
  stored: StoredContact,
  rule: Pick<RecipientRule, 'where' | 'topic' | 'refuse'>,
): Choice {
  const { consent, ...attributes } = rule.where;
  const { contact } = stored;
  if (!matches(attributes, contact, rule.topic)) return { chosen: false, reason: 'not_matched' };
  if (consentFor(contact, rule.topic) === false) return { chosen: false, reason: 'no_consent' };
  if (consent !== undefined && !matches({ consent }, contact, rule.topic))
    return { chosen: false, reason: 'no_consent' };
  if (contact.email === undefined) return { chosen: false, reason: 'no_address' };
  const checked = checkAddress(contact.email);
  if (!checked.ok) return { chosen: false, reason: `address_${checked.reason}` };
  if (stored.suppression !== undefined) return { chosen: false, reason: `suppressed_${stored.suppression}` };
  if (stored.addressHash === undefined) return { chosen: false, reason: 'no_address' };
  const refused = rule.refuse?.(checked.address);
  if (refused !== undefined) return { chosen: false, reason: refused };
  return { chosen: true, addressHash: stored.addressHash, domain: checked.domain };
}

export interface ChosenRecipient {
  readonly userId: string;
  readonly addressHash: string;
  /** Of the address, in lower case and as A-label. */
  readonly domain: string;
  /** For the placeholders of the job's filter. */
  readonly filterValues: InputFilterValues;
}

export interface ChoiceCounts {
  readonly considered: number;
  readonly leftOut: readonly Tally[];
}

/** Streams those who may become recipients in the order of user_id, undefined for one who is no contact. */
export type Candidates = () => AsyncIterable<readonly (StoredContact | undefined)[]>;

/** Whom a job's run for a slot is for. */
export interface RecipientRule {
  readonly where: Where;
  /** The job's name: consent is asked for by it, and its earlier slots may still be under way. */
  readonly topic: string;
  readonly slot: string;
  /** Gives each recipient the values of the job's filter; who lacks one is left out. */
  readonly readValues?: ReadValues | undefined;
  /** The members of an audience; all contacts where left out. */
  readonly candidates?: Candidates | undefined;
  /** Keeps the run to some addresses. */
  readonly refuse?: RefuseAddress | undefined;
}

/**
 * Goes through all candidates in the order of user_id and hands the chosen ones on in batches.
 * Who still waits for the mail of an earlier slot of the job is left out as `carried`: two would come at once. Who lacks
 * an attribute that the filter needs is left out as `filter_lacks_<attribute>`, a member of an audience who is no contact as
 * `no_contact`.
 */
export async function chooseRecipients(
  db: Database,
  rule: RecipientRule,
  take: (batch: readonly ChosenRecipient[]) => Promise<void>,
): Promise<ChoiceCounts> {
  const reasons = new Map<string, number>();
  const leaveOut = (reason: string, count = 1) => reasons.set(reason, (reasons.get(reason) ?? 0) + count);
  const earlier = { job: rule.topic, slots: await listOpenSlots(db, rule.topic, rule.slot) };
  const hand = async (batch: readonly ChosenRecipient[]) => {
    const userIds = batch.map((recipient) => recipient.userId);
    const carried = await findCarried(db, earlier, userIds);
    if (carried.size > 0) leaveOut('carried', carried.size);
    const left = batch.filter((recipient) => !carried.has(recipient.userId));
    if (left.length > 0) await take(left);
  };
  let considered = 0;
  let batch: ChosenRecipient[] = [];
  for await (const page of rule.candidates?.() ?? streamContactPages(db, rule.topic)) {
    considered += page.length;
    for (const stored of page) {
      const choice = chooseOne(stored, rule);
      if ('reason' in choice) leaveOut(choice.reason);
      else batch.push(choice);
    }
    if (batch.length < BATCH_ROWS) continue;
    await hand(batch);
    batch = [];
  }
  if (batch.length > 0) await hand(batch);
  return { considered, leftOut: tally(reasons) };
}

function chooseOne(
  stored: StoredContact | undefined,
  rule: RecipientRule,
): ChosenRecipient | { readonly reason: string } {
  if (stored === undefined) return { reason: 'no_contact' };
  const choice = chooseRecipient(stored, rule);
  if (!choice.chosen) return choice;
  const own = rule.readValues?.(stored.contact) ?? { values: {} };
  if ('lacks' in own) return { reason: `filter_lacks_${own.lacks}` };
  const { addressHash, domain } = choice;
  return { userId: stored.contact.userId, addressHash, domain, filterValues: own.values };
}

/** Reasons of those whom the run was not meant for: leaving them out saves nothing. */
export const NOT_MEANT: ReadonlySet<string> = new Set(['not_matched', 'not_in_run', 'over_limit']);

const BATCH_ROWS = 5000;

/** Turns counts by name into tallies, the largest first, ties by name. */
export function tally(counts: ReadonlyMap<string, number>): readonly Tally[] {
  return [...counts]
    .map(([name, count]) => ({ name, count }))
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
}
