/** Normalises the values that most people have where they stand as bytes: ASCII that needs lower case at most. */

/**
 * Writes the normalised value of a text, UTF-8 from `start` to `end`, into `to` from `at` on, where
 * there is as much room as the text takes.
 *
 * @returns the length of the value; -1 says nothing, and leaves any bytes in `to`: the text has to be normalised as a text
 */
export type NormaliseBytes = (bytes: Uint8Array, start: number, end: number, to: Uint8Array, at: number) => number;

const BLANK = 0x20;
const AT = 0x40;
const TO_LOWER = 0x20;
const LOWER_G = 0x67;

const isUpper = (byte: number) => byte >= 0x41 && byte <= 0x5a;
const isDigit = (byte: number) => byte >= 0x30 && byte <= 0x39;
const isLower = (byte: number) => byte >= 0x61 && byte <= 0x7a;

/** Does what `normaliseEmail` does. */
export const emailBytes: NormaliseBytes = (bytes, start, end, to, at) => {
  let signs = 0;
  for (let from = start; from < end; from++) {
    const byte = bytes[from] ?? 0;
    if (byte <= BLANK || byte > 0x7e) return -1;
    if (byte === AT) signs += 1;
    to[at + from - start] = isUpper(byte) ? byte + TO_LOWER : byte;
  }
  return signs === 1 && bytes[start] !== AT && bytes[end - 1] !== AT ? end - start : -1;
};

/** Does what `normaliseGoogleEmail` does, but of a domain that may be Google's. */
export const googleEmailBytes: NormaliseBytes = (bytes, start, end, to, at) => {
  const length = emailBytes(bytes, start, end, to, at);
  return length < 0 || to[to.indexOf(AT, at) + 1] === LOWER_G ? -1 : length;
};

/** Does what the rules of names do: letters, in lower case, and digits; blanks, each alone, where `blanks` says so. */
export function nameBytes(blanks: 'kept' | 'looked at'): NormaliseBytes {
  return (bytes, start, end, to, at) => {
    let before = BLANK;
    for (let from = start; from < end; from++) {
      const byte = bytes[from] ?? 0;
      const place = at + from - start;
      if (isUpper(byte)) to[place] = byte + TO_LOWER;
      else if (isLower(byte) || isDigit(byte) || (byte === BLANK && before !== BLANK && blanks === 'kept'))
        to[place] = byte;
      else return -1;
      before = byte;
    }
    return before === BLANK ? -1 : end - start;
  };
}
