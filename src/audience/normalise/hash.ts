/** Hashes normalised values as every platform wants them: SHA-256, lower-case hexadecimal, no salt. */
import * as crypto from 'node:crypto';

/** Hashes bytes, of a text those of UTF-8. The value is not empty: the hash of nothing is the same for everybody. */
export const sha256Hex: (value: string | Uint8Array) => string =
  typeof crypto.hash === 'function'
    ? (value) => crypto.hash('sha256', value, 'hex')
    : (value) => crypto.createHash('sha256').update(value).digest('hex');

/** Tells whether a value is a SHA-256 already, which hashed again would match nobody. */
export function isHash(value: string): boolean {
  return value.length === 64 && /^[0-9a-f]{64}$/i.test(value);
}
