/** The forms in which DKIM compares messages: relaxed, for header fields and body (RFC 6376 section 3.4). */

import { createHash } from 'node:crypto';

/** A field as it stands in the message, folded, without its last CRLF. */
export interface HeaderField {
  /** In lower case. */
  readonly name: string;
  readonly text: string;
}

const [TAB, LF, CR, BLANK] = [9, 10, 13, 32];

/** Parts a message, whose lines end with CRLF, into its fields and its body. */
export function readMessage(message: Buffer): { readonly fields: readonly HeaderField[]; readonly body: Buffer } {
  const end = message.indexOf('\r\n\r\n');
  const head = message.toString('latin1', 0, end < 0 ? message.length : end);
  const fields = head.split(/\r\n(?![ \t])/).map((text) => ({ name: nameOf(text), text }));
  return { fields, body: end < 0 ? Buffer.alloc(0) : message.subarray(end + 4) };
}

function nameOf(text: string): string {
  return text.slice(0, text.indexOf(':')).trimEnd().toLowerCase();
}

/** Writes a field relaxed, without CRLF: name in lower case, unfolded, each run of blanks as one, none at the ends of the value. */
export function canonicalField({ name, text }: HeaderField): string {
  const value = text
    .slice(text.indexOf(':') + 1)
    .replaceAll('\r\n', '')
    .replaceAll(/[ \t]+/g, ' ')
    .replaceAll(/^ | $/g, '');
  return `${name}:${value}`;
}

/** Returns the hash of a body, relaxed, as `bh=` has it: SHA-256 in base64. */
export function hashBody(body: Buffer): string {
  return createHash('sha256').update(canonicalBody(body)).digest('base64');
}

/** Writes a body relaxed: each run of blanks as one, none at the ends of lines, no empty lines at its end. */
function canonicalBody(body: Buffer): Buffer {
  const out = Buffer.allocUnsafe(body.length + 2);
  let to = 0;
  /** Behind the last octet that is no line end. */
  let filled = 0;
  let blanks = false;
  for (let at = 0; at < body.length; at += 1) {
    const byte = body[at] ?? 0;
    if (byte === BLANK || byte === TAB) {
      blanks = true;
      continue;
    }
    const endsLine = byte === CR && body[at + 1] === LF;
    if (blanks && !endsLine) out[to++] = BLANK;
    blanks = false;
    out[to++] = byte;
    if (endsLine) {
      out[to++] = LF;
      at += 1;
    } else filled = to;
  }
  if (filled === 0) return out.subarray(0, 0);
  out[filled] = CR;
  out[filled + 1] = LF;
  return out.subarray(0, filled + 2);
}
