/** Decides who may be in an audience, and in the files of a format: consent, age, suppression, each refusal with its reason. */
import { consentFor } from '../job/attributes';
import type { Where } from '../job/base-job';
import type { Contact } from '../job/people';
import { matches } from '../job/where';
import { isMinor } from './minors';

/** Whom an audience is for. */
export interface AdmissionRule {
  readonly where: Where;
  /** By which consent is asked for. */
  readonly topic: string;
  /** Of the run, `YYYY-MM-DD…`: ages are those of its day. */
  readonly slot: string;
}

/** A contact, and why it is suppressed where it is. */
export interface AskedContact {
  readonly contact: Contact;
  readonly suppression: string | undefined;
}

/**
 * Makes the function that tells why somebody may not be in an audience; undefined admits.
 * An explicit refusal of consent always counts, whatever `where` says. The first reason that holds is told: not_matched,
 * no_consent, minor, birth_date_unclear, suppressed_<why>. Who was erased has no contact to ask about: no_contact, of the join.
 */
export function createAdmission({ where, topic, slot }: AdmissionRule): (asked: AskedContact) => string | undefined {
  const { consent, ...attributes } = where;
  const asksAttributes = Object.keys(attributes).length > 0;
  const hasConsent = createConsentTest(consent, topic);
  const day = slot.slice(0, 10);
  return ({ contact, suppression }) => {
    if (asksAttributes && !matches(attributes, contact, topic)) return 'not_matched';
    if (!hasConsent(contact)) return 'no_consent';
    const minor = isMinor(contact.attributes, day);
    if (minor !== false) return minor === 'unclear' ? 'birth_date_unclear' : 'minor';
    return suppression === undefined ? undefined : `suppressed_${suppression}`;
  };
}

/** Consent that was refused is none, whatever is asked for. */
function createConsentTest(consent: Where[string] | undefined, topic: string): (contact: Contact) => boolean {
  if (consent === true) return (contact) => consentFor(contact, topic) === true;
  const where = consent === undefined ? {} : { consent };
  return (contact) => consentFor(contact, topic) !== false && matches(where, contact, topic);
}

/**
 * Makes the function that tells why a member may not be in the files of a format; undefined where it may.
 * Each topic must stand in the contact's own list: a plain `true` was given for something else.
 *
 * @returns `no_consent_<topic>` of the first topic that is not there
 */
export function createFormatAdmission(topics: readonly string[]): (contact: Contact) => string | undefined {
  const reasons = topics.map((topic) => [topic, `no_consent_${topic}`] as const);
  return ({ consent }) => {
    for (const [topic, reason] of reasons) {
      if (consent === undefined || typeof consent === 'boolean' || !consent.includes(topic)) return reason;
    }
    return undefined;
  };
}
