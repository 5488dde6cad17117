/** Verifies a DKIM signature as a receiver does: written from RFC 6376 alone, and shares nothing with the signer. */
import { createHash, createPublicKey, verify } from 'node:crypto';

export interface DkimVerdict {
  /** Of the signature field, as they were read. */
  readonly tags: Readonly<Record<string, string>>;
  readonly bodyHolds: boolean;
  readonly headersHold: boolean;
}

/** @param record the TXT record of the signer's selector: `v=DKIM1; k=rsa; p=…` */
export function verifyDkim(message: string, record: string): DkimVerdict {
  const split = message.indexOf('\r\n\r\n');
  const fields = unfold(message.slice(0, split));
  const signature = fields.find(([name]) => name === 'dkim-signature');
  if (signature === undefined) throw new Error('the message is not signed');
  const tags = readTags(signature[1]);
  const hash = createHash('sha256')
    .update(relaxBody(message.slice(split + 4)), 'latin1')
    .digest('base64');
  const withoutSignature = signature[1].replace(/(;\s*b=)[^;]*/, '$1');
  const text = [...choose(fields, tags.h ?? ''), ['dkim-signature', withoutSignature] as const]
    .map(([name, value]) => `${name}:${value.replace(/[ \t]+/g, ' ').trim()}`)
    .join('\r\n');
  const der = Buffer.from(readTags(record).p ?? '', 'base64');
  const key = createPublicKey({ key: der, format: 'der', type: 'spki' });
  const headersHold = verify('RSA-SHA256', Buffer.from(text, 'latin1'), key, Buffer.from(tags.b ?? '', 'base64'));
  return { tags, bodyHolds: hash === tags.bh, headersHold };
}

type Field = readonly [name: string, value: string];

/** Section 3.4.2: names in lower case, lines joined. */
function unfold(head: string): readonly Field[] {
  const lines = head.replace(/\r\n(?=[ \t])/g, '').split('\r\n');
  return lines.map((line) => {
    const colon = line.indexOf(':');
    return [line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1)];
  });
}

/** Section 3.2. */
function readTags(text: string): Record<string, string> {
  const pairs = text.split(';').filter((part) => part.trim() !== '');
  return Object.fromEntries(
    pairs.map((part) => [
      part.slice(0, part.indexOf('=')).trim(),
      part.slice(part.indexOf('=') + 1).replace(/\s+/g, ''),
    ]),
  );
}

/** Section 5.4.2: fields of one name are taken from the bottom up, and one that is not there is nothing. */
function choose(fields: readonly Field[], names: string): Field[] {
  const left = [...fields].reverse();
  return names.split(':').flatMap((name) => {
    const at = left.findIndex(([found]) => found === name.toLowerCase());
    return at < 0 ? [] : left.splice(at, 1);
  });
}

/** Section 3.4.4. */
function relaxBody(body: string): string {
  const lines = body.split('\r\n').map((line) => line.replace(/[ \t]+/g, ' ').replace(/ $/, ''));
  while (lines.at(-1) === '') lines.pop();
  return lines.map((line) => `${line}\r\n`).join('');
}
