/** Composes the people of the sample shop, with the gaps that real lists have. */

import { type Home, type Name, PEOPLE } from './names';
import { createRandom, type Random } from './random';
import type { SampleContact, SampleLocale, SampleUnsubscribed } from './rows';

const DAY_MS = 86_400_000;
const CONTACT_COUNT = 1200;
/** How many have each gap; no contact has two of them. */
const GAPS = { noConsent: 36, noAddress: 24, unsubscribed: 24, sharedAddress: 8 } as const;
/** How the 1,200 divide among the languages, by tenths. */
const LOCALES: readonly SampleLocale[] = ['en', 'en', 'en', 'en', 'en', 'de', 'de', 'de', 'ja', 'ja'];
/** Domains that RFC 2606 reserves, so that no address of the sample can belong to anybody. */
const DOMAINS = ['mail.example', 'mail.example', 'post.example', 'home.example', 'example.org', 'example.net'];
const CONSENT_SOURCES = ['checkout', 'newsletter form', 'shop counter', 'account page'];
const STORES: Readonly<Record<SampleLocale, readonly string[]>> = {
  en: ['Harbour Street', 'Old Mill', 'online'],
  de: ['Marktplatz', 'Am Bahnhof', 'online'],
  ja: ['川沿い店', '駅前店', 'online'],
};

/** A contact with what the simulation needs besides. */
export interface Resident {
  readonly contact: SampleContact;
  /** How many visits for each that an average person makes, 0 (never came) to about 3. */
  readonly activity: number;
  readonly utcOffsetHours: number;
}

/** Everybody who is on the shop's list. */
export interface Residents {
  /** 1,200, ascending by user id. */
  readonly residents: readonly Resident[];
  /** Ascending by address. */
  readonly unsubscribed: readonly SampleUnsubscribed[];
}

interface Draft {
  readonly userId: string;
  readonly first: Name;
  readonly last: Name;
  readonly locale: SampleLocale;
  readonly home: Home;
  readonly activity: number;
}

/**
 * Creates 1,200 contacts: 36 without consent, 24 without address, 24 unsubscribed, 8 with the address of another;
 * the other 1,108 can be written to.
 *
 * @param now  epoch ms; consent was given at least 95 days before it
 */
export function createResidents(seed: number, now: number): Residents {
  const random = createRandom(seed, 'contacts');
  const drafts = Array.from({ length: CONTACT_COUNT }, (_, index) => draftPerson(index + 1, random));
  const gaps = divideIntoGaps(random.shuffle(drafts));
  const emails = assignAddresses(drafts, gaps, random);
  const residents = drafts.map((draft) => ({
    contact: completeContact(draft, { email: emails.get(draft), consent: !gaps.noConsent.has(draft), now, random }),
    activity: draft.activity,
    utcOffsetHours: draft.home.utcOffsetHours,
  }));
  return { residents, unsubscribed: listUnsubscribed(gaps.unsubscribed, { emails, now, random }) };
}

function draftPerson(number: number, random: Random): Draft {
  const locale = random.pick(LOCALES);
  const people = PEOPLE[locale];
  const luck = random.next();
  return {
    userId: `u${String(number).padStart(4, '0')}`,
    first: random.pick(people.firstNames),
    last: random.pick(people.lastNames),
    locale,
    home: random.pick(people.homes),
    activity: random.chance(0.015) ? 0 : 0.3 + 0.5 * random.next() + 2.2 * luck * luck * luck,
  };
}

type GapSets = Readonly<Record<'noConsent' | 'noAddress' | 'unsubscribed', ReadonlySet<Draft>>> & {
  /** Each with the person whose address they use. */
  readonly sharedAddress: ReadonlyMap<Draft, Draft>;
};

/** Takes the gaps one after the other from people in random order. */
function divideIntoGaps(mixed: readonly Draft[]): GapSets {
  let taken = 0;
  const take = (count: number): Draft[] => {
    taken += count;
    return mixed.slice(taken - count, taken);
  };
  const noConsent = new Set(take(GAPS.noConsent));
  const noAddress = new Set(take(GAPS.noAddress));
  const unsubscribed = new Set(take(GAPS.unsubscribed));
  const sharing = take(GAPS.sharedAddress);
  const owners = take(GAPS.sharedAddress);
  const sharedAddress = new Map<Draft, Draft>();
  for (const [index, draft] of sharing.entries()) {
    const owner = owners[index];
    if (owner !== undefined) sharedAddress.set(draft, owner);
  }
  return { noConsent, noAddress, unsubscribed, sharedAddress };
}

/** Gives everybody an address of their own, then takes it from those without, and copies it for those who share. */
function assignAddresses(drafts: readonly Draft[], gaps: GapSets, random: Random): Map<Draft, string> {
  const emails = new Map<Draft, string>();
  const used = new Set<string>();
  for (const draft of drafts) {
    const domain = random.pick(DOMAINS);
    const joint = random.pick(['.', '.', '_', '']);
    const base = `${draft.first.latin}${joint}${draft.last.latin}`;
    let email = `${base}@${domain}`;
    for (let number = 2; used.has(email); number++) email = `${base}${number}@${domain}`;
    used.add(email);
    emails.set(draft, email);
  }
  for (const draft of gaps.noAddress) emails.delete(draft);
  for (const [draft, owner] of gaps.sharedAddress) emails.set(draft, emails.get(owner) ?? '');
  return emails;
}

interface Completion {
  readonly email: string | undefined;
  readonly consent: boolean;
  readonly now: number;
  readonly random: Random;
}

function completeContact(draft: Draft, { email, consent, now, random }: Completion): SampleContact {
  const consentMs = now - random.integer(95, 1200) * DAY_MS - random.integer(0, 86_399) * 1000;
  const source = random.pick(CONSENT_SOURCES);
  return {
    userId: draft.userId,
    email,
    firstName: draft.first.written,
    lastName: draft.last.written,
    locale: draft.locale,
    country: draft.home.country,
    timeZone: draft.home.timeZone,
    consent,
    consentAt: consent ? new Date(consentMs).toISOString() : undefined,
    consentSource: consent ? source : undefined,
    segment: draft.activity < 0.5 ? 'new' : draft.activity < 1.5 ? 'regular' : 'loyal',
    favouriteStore: random.pick(STORES[draft.locale]),
  };
}

function listUnsubscribed(
  drafts: ReadonlySet<Draft>,
  { emails, now, random }: { emails: ReadonlyMap<Draft, string>; now: number; random: Random },
): SampleUnsubscribed[] {
  const list = [...drafts].map((draft) => ({
    email: emails.get(draft) ?? '',
    at: new Date(now - random.integer(1, 90) * DAY_MS - random.integer(0, 86_399) * 1000).toISOString(),
  }));
  return list.sort((one, other) => (one.email < other.email ? -1 : 1));
}
