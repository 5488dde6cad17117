/** Orders ids and draws from seeds in ways that give the same on every machine. */

/**
 * Compares two texts by the bytes of their UTF-8 forms, which is the order of their code points.
 *
 * @returns negative, 0 or positive, for `sort`
 */
export function compareBytes(left: string, right: string): number {
  const length = Math.min(left.length, right.length);
  for (let at = 0; at < length; at++) {
    const a = left.charCodeAt(at);
    const b = right.charCodeAt(at);
    if (a !== b) return codePointRank(a) - codePointRank(b);
  }
  return left.length - right.length;
}

/** Puts surrogates, which stand for the code points beyond U+FFFF, behind all other units. */
function codePointRank(unit: number): number {
  if (unit < 0xd800) return unit;
  return unit >= 0xe000 ? unit - 0x0800 : unit + 0x2000;
}

/**
 * Draws an unsigned 32-bit number from a text and a seed: FNV-1a over the UTF-16 units, finished as MurmurHash3 is.
 * Not for secrets.
 */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) >>> 0;
  for (let at = 0; at < text.length; at++) {
    hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  }
  return finishHash(hash);
}

/** Draws an unsigned 32-bit number from two numbers. */
export function hashPair(left: number, right: number): number {
  return finishHash(Math.imul(left ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(right + 0x165667b1, 0xc2b2ae35));
}

function finishHash(hash: number): number {
  let mixed = hash;
  mixed = Math.imul(mixed ^ (mixed >>> 16), 0x85ebca6b);
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35);
  return (mixed ^ (mixed >>> 16)) >>> 0;
}
