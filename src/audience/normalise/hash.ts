/** Knows hashes as every platform wants them: SHA-256, lower-case hexadecimal, no salt; of nothing there is none. */

/** Tells whether a value is a SHA-256 already, which hashed again would match nobody. */
export function isHash(value: string): boolean {
  return value.length === 64 && /^[0-9a-f]{64}$/i.test(value);
}
