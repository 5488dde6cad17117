/** Writes header fields: folded lines with CRLF at their ends. Their values are cleaned before (`cleanHeader`, `checkAddress`). */
import type { Mailbox } from '../address';
import { encodeWords } from './encoded-word';

/** RFC 5322 section 2.1.1 wants lines of at most 78 octets, and forbids more than 998. */
const LINE_WANTED = 76;
/** A URI that is longer is broken within: RFC 2369 section 2 has readers ignore blanks there. */
const URI_PIECE = 900;

const ASCII = /^[ -~]*$/;
/** RFC 5322 atoms with blanks between them: a display name that needs no quotes. */
const PHRASE = /^[\w!#$%&'*+/=?^`{|}~ -]*$/;

/** Writes a field of free text, such as Subject. */
export function textField(name: string, text: string): string {
  const words = text.split(' ');
  const isPlain = ASCII.test(text) && words.every((word) => word.length < LINE_WANTED);
  return isPlain ? fold(name, words) : fold(name, encodeWords(text, name.length + 2));
}

/** Writes a field of one mailbox: `From: Corner Shop <news@shop.example>`. */
export function mailboxField(name: string, mailbox: Mailbox): string {
  if (mailbox.name === '') return fold(name, [mailbox.address]);
  return fold(name, [...writeName(mailbox.name, name.length + 2), `<${mailbox.address}>`]);
}

/** Writes a field of a name and an id in angle brackets, such as List-Id: both ASCII, never encoded. */
export function phraseField(name: string, phrase: string, id: string): string {
  return fold(name, [phrase, `<${id}>`]);
}

/** Writes a mailbox on one line, for services that want it beside the message. */
export function writeMailbox(mailbox: Mailbox): string {
  return mailbox.name === '' ? mailbox.address : `${writeName(mailbox.name, 0).join(' ')} <${mailbox.address}>`;
}

function writeName(name: string, used: number): readonly string[] {
  const words = name.split(' ');
  if (!ASCII.test(name) || words.some((word) => word.length >= LINE_WANTED / 2)) return encodeWords(name, used);
  return PHRASE.test(name) ? words : `"${name.replaceAll(/["\\]/g, '\\$&')}"`.split(' ');
}

/** Writes a field of URIs in angle brackets, with commas between (RFC 2369). */
export function uriField(name: string, uris: readonly string[]): string {
  const pieces = uris.flatMap((uri, index) => {
    const text = `<${cleanUri(uri)}>${index < uris.length - 1 ? ',' : ''}`;
    return text.length <= URI_PIECE ? [text] : (text.match(new RegExp(`.{1,${URI_PIECE}}`, 'g')) ?? []);
  });
  return fold(name, pieces);
}

/** Writes a field of one token that holds no blank. */
export function tokenField(name: string, token: string): string {
  return fold(name, [token]);
}

/** What may not stand in a URI, or would end it here, is percent-encoded. */
function cleanUri(uri: string): string {
  if (/^[!#-;=?-~]*$/.test(uri)) return uri;
  return uri.toWellFormed().replaceAll(/[^!#-;=?-~]/gu, (char) => encodeURIComponent(char));
}

/** Puts parts on lines with blanks between; a part that is longer than a line has one of its own. */
function fold(name: string, parts: readonly string[]): string {
  let field = `${name}:`;
  let column = field.length;
  for (const [index, part] of parts.entries()) {
    if (part === '') continue;
    // A first line of the name alone is obsolete syntax for some readers.
    if (index > 0 && column + 1 + part.length > LINE_WANTED) {
      field += `\r\n ${part}`;
      column = 1 + part.length;
    } else {
      field += ` ${part}`;
      column += 1 + part.length;
    }
  }
  return `${field}\r\n`;
}
