/** Normalises the values that most people have where they stand as bytes: ASCII that needs lower case at most. */

/**
 * Writes the normalised value of a text, UTF-8 from `start` to `end`, into `to` from 0 on, which is as long as the text at
 * least.
 *
 * @returns the length of the value; -1 says nothing, and leaves any bytes in `to`: the text has to be normalised as a text
 */
export type NormaliseBytes = (bytes: Uint8Array, start: number, end: number, to: Uint8Array) => number;

const BLANK = 0x20;
const AT = 0x40;
const TO_LOWER = 0x20;
const LOWER_G = 0x67;

const isUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a;
const isLower = (byte: number) => byte >= 0x61 && byte <= 0x7a;

/** Does what `normaliseEmail` does. */
export const emailBytes: NormaliseBytes = (bytes, start, end, to) => {
  let signs = 0;
  for (let at = start; at < end; at++) {
    const byte = bytes[at] ?? 0;
    if (byte <= BLANK || byte > 0x7e) return -1;
    if (byte === AT) signs += 1;
    to[at - start] = isUpper(byte) ? byte + TO_LOWER : byte;
  }
  return signs === 1 && bytes[start] !== AT && bytes[end - 1] !== AT ? end - start : -1;
};

/** Does what `normaliseGoogleEmail` does, but of a domain that may be Google's. */
export const googleEmailBytes: NormaliseBytes = (bytes, start, end, to) => {
  const length = emailBytes(bytes, start, end, to);
  return length < 0 || to[to.indexOf(AT) + 1] === LOWER_G ? -1 : length;
};

/** Does what the rules of names do: letters, in lower case; blanks, each alone, where `blanks` says so. */
export function nameBytes(blanks: 'kept' | 'looked at'): NormaliseBytes {
  return (bytes, start, end, to) => {
    let before = BLANK;
    for (let at = start; at < end; at++) {
      const byte = bytes[at] ?? 0;
      if (isUpper(byte)) to[at - start] = byte + TO_LOWER;
      else if (isLower(byte) || (byte === BLANK && before !== BLANK && blanks === 'kept')) to[at - start] = byte;
      else return -1;
      before = byte;
    }
    return before === BLANK ? -1 : end - start;
  };
}
