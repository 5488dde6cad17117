/** Gives every user a fixed share of 0 to 1, by which users are sampled and split. */
import * as crypto from 'node:crypto';

const DIGITS = 12;
const RANGE = 16 ** DIGITS;

/**
 * Computes the share of a user: the first 48 bits of SHA-256 over `<purpose>:<user id>` in UTF-8, divided by 2^48.
 * Evenly spread, and the same whoever else is there. In PostgreSQL:
 * `('x' || left(encode(sha256(convert_to(purpose || ':' || user_id, 'UTF8')), 'hex'), 12))::bit(48)::bigint / 2.0^48`.
 *
 * @param purpose  users who are near each other for one purpose are not for another
 * @returns from 0, below 1
 */
export function shareOf(purpose: string, userId: string): number {
  return Number.parseInt(hash(`${purpose}:${userId}`).slice(0, DIGITS), 16) / RANGE;
}

/** `crypto.hash` is five times as fast, and not in the first versions of Node 20. */
const hash: (text: string) => string =
  typeof crypto.hash === 'function'
    ? (text) => crypto.hash('sha256', text, 'hex')
    : (text) => crypto.createHash('sha256').update(text).digest('hex');
