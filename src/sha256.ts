/** Hashes short values by SHA-256, without an object for each one where Node.js can: it would cost more than the hash. */
import * as crypto from 'node:crypto';

/** Hashes bytes, of a text those of UTF-8; lower-case hexadecimal. */
export const sha256Hex: (value: string | Uint8Array) => string =
  // From Node.js 20.12 on.
  typeof crypto.hash === 'function'
    ? (value) => crypto.hash('sha256', value, 'hex')
    : (value) => crypto.createHash('sha256').update(value).digest('hex');
