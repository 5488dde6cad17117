/** Suppressions: whom nobody may write to, why, and which reason weighs more. */
import { checkAddress, hashAddress } from './address';

/** `unsubscribe` and `complaint` are a person's own objection; `bounce` is an address that does not work; `manual` is anything else. */
export const SUPPRESSION_REASONS = ['unsubscribe', 'complaint', 'manual', 'bounce'] as const;
export type SuppressionReason = (typeof SUPPRESSION_REASONS)[number];

export const SUPPRESSION_SCOPES = ['address', 'user', 'domain'] as const;
export type SuppressionScope = (typeof SUPPRESSION_SCOPES)[number];

/** One who must not be written to. An address is kept as its hash only: what is suppressed may belong to somebody who was erased. */
export interface Suppression {
  /** See `addressSubject`, `userSubject`, `domainSubject`. */
  readonly subject: string;
  /** The job's name; undefined is every job. */
  readonly topic?: string | undefined;
  readonly reason: SuppressionReason;
  /** Who or what said so, for the record: `import`, `one-click`, `cli ana`. */
  readonly source: string;
  /** Epoch ms. */
  readonly at: number;
}

/** Names an address by its hash, whether or not it can be written to. */
export function addressSubject(email: string): string {
  const checked = checkAddress(email);
  return hashSubject(hashAddress(checked.ok ? checked.address : email));
}

/** Names an address by the hash that a contact carries: SHA-256, 64 hexadecimal digits. */
export function hashSubject(addressHash: string): string {
  return `address:${addressHash}`;
}

/** Names a user, whatever the address is or becomes. */
export function userSubject(userId: string): string {
  return `user:${userId}`;
}

/** Names all addresses of a domain, not those of its subdomains; undefined where the text is no domain. */
export function domainSubject(domain: string): string | undefined {
  const checked = checkAddress(`postmaster@${domain.trim().replace(/^@/, '')}`);
  return checked.ok ? `domain:${checked.domain}` : undefined;
}

/** Splits a subject into what it is and its value. */
export function readSubject(subject: string): { readonly scope: SuppressionScope; readonly value: string } {
  const at = subject.indexOf(':');
  const scope = SUPPRESSION_SCOPES.find((known) => known === subject.slice(0, at));
  return { scope: scope ?? 'address', value: subject.slice(at + 1) };
}

/** Tells whether a person has objected: such a suppression is not replaced by a lesser one, and not removed in passing. */
export function isObjection(reason: SuppressionReason): boolean {
  return reason === 'unsubscribe' || reason === 'complaint';
}
