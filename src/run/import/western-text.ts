/** Tells texts in Windows-1252 from UTF-8, and from other encodings of one or two bytes, by their bytes beyond ASCII. */

const UTF8_SEQUENCE = /[\xc2-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}|[\xf0-\xf4][\x80-\xbf]{3}/g;
const BEYOND_ASCII = /[\x80-\xff]/g;
/** Bytes that stand for nothing in Windows-1252: Macintosh, DOS and Japanese texts have them. */
const UNDEFINED = /[\x81\x8d\x8f\x90\x9d]/;
/** Signs such as ³ and ¿ inside a word are letters of another encoding: ł and ż of Windows-1250, ß of a Macintosh. */
const SIGN_IN_WORD = /[A-Za-z][\xa1-\xa9\xab\xac\xae-\xb3\xb5\xb6\xb8\xb9\xbb-\xbf][A-Za-z]/;
/** Words of Cyrillic, Greek or Chinese are many such bytes in a row. */
const RUN = /[\x80-\xff]{3,}/g;

/**
 * Tells whether a text is most likely Windows-1252, as spreadsheets save CSV in Western Europe.
 * A text most of whose bytes beyond ASCII are UTF-8 is UTF-8, with broken places perhaps.
 */
export function isWestern(bytes: Uint8Array): boolean {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('latin1');
  const beyond = text.match(BEYOND_ASCII)?.length ?? 0;
  const half = beyond / 2;
  if (beyond === 0 || lengthOf(text.match(UTF8_SEQUENCE)) >= half || lengthOf(text.match(RUN)) > half) return false;
  return !UNDEFINED.test(text) && !SIGN_IN_WORD.test(text);
}

function lengthOf(found: readonly string[] | null): number {
  return found?.reduce((sum, part) => sum + part.length, 0) ?? 0;
}
