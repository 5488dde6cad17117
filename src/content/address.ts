/** E-mail addresses: what can be written to, what two addresses have in common, and the sender's mailbox. */
import { domainToASCII } from 'node:url';
import { NightjarError } from '../errors';
import { sha256Hex } from '../sha256';

/** Why an address can't be written to; a short word for the ledger. */
export type AddressReason = 'empty' | 'at_sign' | 'local_part' | 'local_part_not_ascii' | 'domain' | 'too_long';

/** `address` has its domain as A-label (`münchen.example` → `xn--mnchen-3ya.example`) and keeps the case of the local part. */
export type CheckedAddress =
  | { readonly ok: true; readonly address: string; readonly domain: string }
  | { readonly ok: false; readonly reason: AddressReason };

/** RFC 5321 section 4.5.3.1. */
const LOCAL_MAX = 64;
const DOMAIN_MAX = 255;
const PATH_MAX = 254;

/** RFC 5322 atext and dots, also doubled ones: old mailboxes of Japanese carriers have them. No quoted strings. */
const LOCAL_PART = /^[\w!#$%&'*+/=?^`{|}~.-]+$/;
const DOMAIN = /^(?:[a-z\d_](?:[a-z\d_-]{0,61}[a-z\d_])?\.)+[a-z\d](?:[a-z\d-]{0,61}[a-z\d])?$/;

/**
 * Checks that an address can be written to without SMTPUTF8 and without quoting.
 * Blanks around it are ignored. An address that passes holds no blank, no control character and no angle bracket.
 */
export function checkAddress(email: string): CheckedAddress {
  const text = email.trim().normalize('NFC');
  if (text === '') return { ok: false, reason: 'empty' };
  const [local, written, ...rest] = text.split('@');
  if (local === undefined || written === undefined || rest.length > 0) return { ok: false, reason: 'at_sign' };
  if (!/^[ -~]*$/.test(local)) return { ok: false, reason: 'local_part_not_ascii' };
  if (local.length > LOCAL_MAX) return { ok: false, reason: 'too_long' };
  if (!LOCAL_PART.test(local)) return { ok: false, reason: 'local_part' };
  const domain = readDomain(written);
  if (domain === undefined) return { ok: false, reason: 'domain' };
  if (domain.length > DOMAIN_MAX || local.length + 1 + domain.length > PATH_MAX)
    return { ok: false, reason: 'too_long' };
  return { ok: true, address: `${local}@${domain}`, domain };
}

/** The URL parser behind domainToASCII decodes `%6d` and cuts at `/`, so only letters, digits, dot and hyphen reach it. */
function readDomain(text: string): string | undefined {
  if (/[^\w.\-\u0080-\u{10ffff}]/u.test(text) || /[\p{Cc}\p{Cf}\p{Z}]/u.test(text)) return undefined;
  const ascii = /[\u0080-\u{10ffff}]/u.test(text) ? domainToASCII(text) : text.toLowerCase();
  return DOMAIN.test(ascii) ? ascii : undefined;
}

/** Returns the key by which two contacts share an address: SHA-256, lower-case hex, of the trimmed NFC lower-case form. */
export function hashAddress(email: string): string {
  return sha256Hex(email.trim().normalize('NFC').toLowerCase());
}

/** Hides an address for messages and logs: `k…@example.com`; one that is hidden already stays as it is. */
export function maskAddress(email: string): string {
  const at = email.lastIndexOf('@');
  if (/^.?…$/u.test(email.slice(0, Math.max(at, 0)))) return email;
  return at < 1 ? '…' : `${[...email][0] ?? ''}…${email.slice(at)}`;
}

/** A display name and an address; the name may be empty. */
export interface Mailbox {
  readonly name: string;
  readonly address: string;
}

/**
 * Reads `Corner Shop <news@shop.example>` or a bare address.
 * @throws E_MAIL_ADDRESS where it has no address that can be written to
 */
export function parseMailbox(text: string): Mailbox {
  const match = /^([^<>]*)<([^<>]+)>\s*$/.exec(text);
  const checked = checkAddress(match?.[2] ?? text);
  if (!checked.ok) {
    throw new NightjarError(
      'E_MAIL_ADDRESS',
      `the sender is not an address that can be written from (${checked.reason}); expected a name and an address`,
      { fix: 'write "Corner Shop <news@shop.example>"' },
    );
  }
  const name = (match?.[1] ?? '').trim().replace(/^"(.*)"$/, '$1');
  return { name, address: checked.address };
}
