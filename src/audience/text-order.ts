/** Compares texts that stand in buffers as UTF-8. */

/** `bytes` is the order of UTF-8 bytes, `units` that of UTF-16 units; they differ from U+D800 on. */
export type TextOrder = 'bytes' | 'units';

/** Where a text stands; `end` is behind its last byte. */
export interface TextPlace {
  readonly bytes: Uint8Array;
  readonly start: number;
  readonly end: number;
}

/**
 * The place of each byte in an order. In UTF-16 the surrogates of U+10000 and above, whose UTF-8 begins with F0 to F4, come
 * before U+E000 to U+FFFF, whose UTF-8 begins with EE and EF.
 */
export const RANKS: Readonly<Record<TextOrder, Uint8Array>> = {
  bytes: Uint8Array.from({ length: 256 }, (_, byte) => byte),
  units: Uint8Array.from({ length: 256 }, (_, byte) => (byte === 0xee || byte === 0xef ? byte + 0x10 : byte)),
};

/** Compares two texts: negative, 0 or positive; one that the other begins with comes first. */
export function compareTexts(a: TextPlace, b: TextPlace, order: TextOrder): number {
  const shared = commonBytes(a, b);
  const [atA, atB] = [a.start + shared, b.start + shared];
  if (atA === a.end || atB === b.end) return a.end - a.start - (b.end - b.start);
  const ranks = RANKS[order];
  return (ranks[a.bytes[atA] ?? 0] ?? 0) - (ranks[b.bytes[atB] ?? 0] ?? 0);
}

/** How many bytes two texts begin with alike. */
export function commonBytes(a: TextPlace, b: TextPlace): number {
  const length = Math.min(a.end - a.start, b.end - b.start);
  let shared = 0;
  while (shared < length && a.bytes[a.start + shared] === b.bytes[b.start + shared]) shared += 1;
  return shared;
}
