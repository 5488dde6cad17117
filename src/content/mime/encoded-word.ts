/** Writes texts beyond ASCII as encoded words (RFC 2047), UTF-8, in whichever of Q and B is the shorter. */

/** RFC 2047 section 2: an encoded word has at most 75 characters, and a line that holds one at most 76. */
const WORD_MAX = 75;
const OPENING = '=?UTF-8?Q?'.length;
const AROUND = OPENING + '?='.length;

/** Section 5 (3), the narrowest set: what stands for itself in Q, also within a display name. */
const SAFE = /[A-Za-z0-9!*+/-]/;

/**
 * Splits a text into encoded words, never within a code point; a reader joins them without the blanks between.
 *
 * @param used characters that stand before the first word on its line
 * @returns one word at least, each at most 75 characters, the first so short that its line stays below 77
 */
export function encodeWords(text: string, used: number): readonly string[] {
  const chars = [...text].map(encodeChar);
  const quoted = chars.reduce((sum, { quoted: written }) => sum + written.length, 0);
  const bytes = chars.reduce((sum, char) => sum + char.bytes, 0);
  const isShortQuoted = quoted <= Math.ceil(bytes / 3) * 4;
  const words: string[] = [];
  let room = Math.min(WORD_MAX, 1 + WORD_MAX - used) - AROUND;
  let from = 0;
  while (from < chars.length || words.length === 0) {
    const to = isShortQuoted ? fitQuoted(chars, from, room) : fitBase64(chars, from, room);
    words.push(isShortQuoted ? writeQuoted(chars, from, to) : writeBase64(chars, from, to));
    from = to;
    room = WORD_MAX - AROUND;
  }
  return words;
}

interface EncodedChar {
  readonly char: string;
  readonly quoted: string;
  /** How many there are in UTF-8. */
  readonly bytes: number;
}

/** The letters of names and titles are few. */
const encodedChars = new Map<string, EncodedChar>();
const KEPT_CHARS = 5000;

function encodeChar(char: string): EncodedChar {
  const known = encodedChars.get(char);
  if (known !== undefined) return known;
  const bytes = Buffer.from(char, 'utf8');
  const quoted = char === ' ' ? '_' : SAFE.test(char) ? char : [...bytes].map((byte) => `=${hex(byte)}`).join('');
  const encoded = { char, quoted, bytes: bytes.length };
  if (encodedChars.size >= KEPT_CHARS) encodedChars.clear();
  encodedChars.set(char, encoded);
  return encoded;
}

function hex(byte: number): string {
  return byte.toString(16).toUpperCase().padStart(2, '0');
}

/** One character is taken in any case: the longest has 12 places. */
function fitQuoted(chars: readonly EncodedChar[], from: number, room: number): number {
  let to = from;
  let length = 0;
  while (to < chars.length) {
    length += chars[to]?.quoted.length ?? 0;
    if (length > room && to > from) break;
    to += 1;
  }
  return to;
}

function fitBase64(chars: readonly EncodedChar[], from: number, room: number): number {
  const most = Math.floor(room / 4) * 3;
  let to = from;
  let length = 0;
  while (to < chars.length) {
    length += chars[to]?.bytes ?? 0;
    if (length > most && to > from) break;
    to += 1;
  }
  return to;
}

function writeQuoted(chars: readonly EncodedChar[], from: number, to: number): string {
  let payload = '';
  for (let at = from; at < to; at += 1) payload += chars[at]?.quoted ?? '';
  return `=?UTF-8?Q?${payload}?=`;
}

function writeBase64(chars: readonly EncodedChar[], from: number, to: number): string {
  let payload = '';
  for (let at = from; at < to; at += 1) payload += chars[at]?.char ?? '';
  return `=?UTF-8?B?${Buffer.from(payload, 'utf8').toString('base64')}?=`;
}
