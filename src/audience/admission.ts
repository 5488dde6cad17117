/** Decides who may be in an audience, and in the files of a format: consent, age, suppression, each refusal with its reason. */
import { consentFor } from '../job/attributes';
import type { Where } from '../job/base-job';
import { type ContactPage, readConsent } from '../job/contact-page';
import type { Contact } from '../job/people';
import type { TextColumn } from '../job/text-column';
import { matches } from '../job/where';
import { AGE_ATTRIBUTES, isMinor } from './minors';

/** Whom an audience is for. */
export interface AdmissionRule {
  readonly where: Where;
  /** By which consent is asked for. */
  readonly topic: string;
  /** Of the run, `YYYY-MM-DD…`: ages are those of its day. */
  readonly slot: string;
}

/** Tells why the contact of a row may not be there; undefined admits. */
export type Refuse = (page: ContactPage, row: number) => string | undefined;

/**
 * Makes the function that tells why somebody may not be in an audience.
 * An explicit refusal of consent always counts, whatever `where` says. The first reason that holds is told: not_matched,
 * no_consent, minor, birth_date_unclear, suppressed_<why>. Who was erased has no contact to ask about: no_contact, of the join.
 */
export function createAdmission({ where, topic, slot }: AdmissionRule): Refuse {
  const { consent, ...attributes } = where;
  const asksAttributes = Object.keys(attributes).length > 0;
  const hasConsent = rememberConsent(createConsentTest(consent, topic));
  const day = slot.slice(0, 10);
  return (page, row) => {
    if (asksAttributes && !matches(attributes, page.contactAt(row), topic)) return 'not_matched';
    if (!hasConsent(page, row)) return 'no_consent';
    const minor = AGE_ATTRIBUTES.some((name) => page.mayHaveAttribute(name)) && isMinor(page.attributesAt(row), day);
    if (minor !== false) return minor === 'unclear' ? 'birth_date_unclear' : 'minor';
    const suppression = page.suppressionAt(row);
    return suppression === undefined ? undefined : `suppressed_${suppression}`;
  };
}

type Consent = Contact['consent'];

/** Consent that was refused is none, whatever is asked for. */
function createConsentTest(wanted: Where[string] | undefined, topic: string): (consent: Consent) => boolean {
  const contactOf = (consent: Consent): Contact => ({
    userId: '',
    attributes: {},
    ...(consent === undefined ? {} : { consent }),
  });
  if (wanted === true) return (consent) => consentFor(contactOf(consent), topic) === true;
  const where = wanted === undefined ? {} : { consent: wanted };
  return (consent) => consentFor(contactOf(consent), topic) !== false && matches(where, contactOf(consent), topic);
}

/**
 * Makes the function that tells why a member may not be in the files of a format.
 * Each topic must stand in the contact's own list: a plain `true` was given for something else.
 *
 * @returns `no_consent_<topic>` of the first topic that is not there
 */
export function createFormatAdmission(topics: readonly string[]): Refuse {
  if (topics.length === 0) return () => undefined;
  const reasons = topics.map((topic) => [topic, `no_consent_${topic}`] as const);
  return rememberConsent((consent) => {
    for (const [topic, reason] of reasons) {
      if (consent === undefined || typeof consent === 'boolean' || !consent.includes(topic)) return reason;
    }
    return undefined;
  });
}

const MOST_REMEMBERED = 1000;

/** Asks about each consent once: a few are those of nearly everybody. */
function rememberConsent<T>(judge: (consent: Consent) => T): (page: ContactPage, row: number) => T {
  const known = new Map<string, { readonly judged: T }>();
  let last: { readonly column: TextColumn; readonly row: number; readonly judged: T } | undefined;
  return (page, row) => {
    const column = page.column('consent');
    if (column === undefined) return judge(undefined);
    if (last?.column === column && column.isSame(last.row, row)) return last.judged;
    const text = column.textAt(row);
    const { judged } = known.get(text) ?? { judged: judge(text === '' ? undefined : readConsent(text)) };
    if (known.size < MOST_REMEMBERED) known.set(text, { judged });
    last = { column, row, judged };
    return judged;
  };
}
