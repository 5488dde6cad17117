/** Address patterns: the lists of addresses that a job, or one run of it, is kept to. */
import { domainToASCII } from 'node:url';

/** What a pattern may look like, for messages. */
export const PATTERN_FORMS =
  'an address, "*@shop.example" for a domain, or "*@*.shop.example" for the domains below it';

/** In lower case, the domain as A-label. */
export interface AddressPattern {
  /** Undefined for every mailbox. */
  readonly local: string | undefined;
  readonly domain: string;
  /** Means the domains below it, and not the domain itself. */
  readonly isBelow: boolean;
}

/** No `*`: a mailbox is named whole, or not at all. */
const LOCAL_PART = /^[\w!#$%&'+/=?^`{|}~.-]{1,64}$/;
const LABEL = /^[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?$/;
/** RFC 5321 section 4.5.3.1. */
const DOMAIN_MAX = 255;
const PATTERN_MAX = 400;

/**
 * Reads `me@shop.example`, `*@shop.example` or `*@*.shop.example`; undefined where the text is of another form.
 * There is none for every address: whoever wants no restriction writes none.
 */
export function parseAddressPattern(text: string): AddressPattern | undefined {
  if (text.length > PATTERN_MAX) return undefined;
  const [written, place, ...rest] = text.trim().normalize('NFC').toLowerCase().split('@');
  if (written === undefined || place === undefined || rest.length > 0) return undefined;
  const isBelow = place.startsWith('*.');
  if (written !== '*' && (isBelow || !LOCAL_PART.test(written))) return undefined;
  const domain = toAscii(isBelow ? place.slice(2) : place);
  if (domain === undefined) return undefined;
  const labels = domain.split('.');
  if (labels.length < (isBelow ? 1 : 2) || !labels.every((label) => LABEL.test(label))) return undefined;
  return { local: written === '*' ? undefined : written, domain, isBelow };
}

/** The URL parser behind domainToASCII decodes `%6d` and cuts at `/`, so only letters, digits, dot and hyphen reach it. */
function toAscii(domain: string): string | undefined {
  if (domain.length > DOMAIN_MAX || /[^\w.\-\u0080-\u{10ffff}]/u.test(domain)) return undefined;
  return /[\u0080-\u{10ffff}]/u.test(domain) ? domainToASCII(domain) : domain;
}

/** Tells whether a pattern means one address alone. */
export function isOneAddress(pattern: AddressPattern | undefined): boolean {
  return pattern?.local !== undefined;
}

/** Tells whether an address is among those that patterns name. */
export type AddressRule = (address: string) => boolean;

/**
 * Makes the rule of patterns. Case counts nowhere, as two addresses that differ by it alone are one for the ledger;
 * a domain matches as U-label and as A-label. What is no pattern matches nothing.
 */
export function createAddressRule(patterns: readonly string[]): AddressRule {
  const read = patterns.flatMap((text) => parseAddressPattern(text) ?? []);
  return (address) => {
    const at = address.lastIndexOf('@');
    const local = address.slice(0, Math.max(0, at)).trim().normalize('NFC').toLowerCase();
    const domain = toAscii(
      address
        .slice(at + 1)
        .trim()
        .normalize('NFC')
        .toLowerCase(),
    );
    if (local === '' || domain === undefined || domain === '') return false;
    return read.some((pattern) => {
      if (pattern.isBelow) return domain.endsWith(`.${pattern.domain}`);
      return domain === pattern.domain && (pattern.local === undefined || pattern.local === local);
    });
  };
}
