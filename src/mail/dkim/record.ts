/** Reads the public key of DKIM as DNS gives it (RFC 6376 section 3.6.1); pure. */

/** What a record says of a key that should be in it. */
export type RecordVerdict =
  | { readonly kind: 'same' }
  /** Receivers treat failing signatures as those of a trial. */
  | { readonly kind: 'testing' }
  | { readonly kind: 'missing' | 'other' | 'revoked' | 'unreadable' };

/**
 * Compares a record with the public half of our key.
 * @param records the TXT records at `<selector>._domainkey.<domain>`, each in the pieces in which DNS carries it
 * @param half `publicHalf`
 */
export function judgeRecord(records: readonly (readonly string[])[], half: string): RecordVerdict {
  const texts = records.map((pieces) => pieces.join(''));
  const found = texts.map(readTags).filter((tags) => tags.has('p'));
  if (texts.length === 0) return { kind: 'missing' };
  const [tags] = found;
  if (tags === undefined || (tags.get('v') ?? 'DKIM1') !== 'DKIM1') return { kind: 'unreadable' };
  const isFor = (tag: string, wanted: string) =>
    (tags.get(tag) ?? wanted).split(':').some((one) => one.trim() === wanted);
  if (!isFor('k', 'rsa') || !isFor('h', 'sha256')) return { kind: 'unreadable' };
  const key = (tags.get('p') ?? '').replaceAll(/\s/g, '');
  if (key === '') return { kind: 'revoked' };
  if (key !== half) return { kind: 'other' };
  return (tags.get('t') ?? '').split(':').some((flag) => flag.trim() === 'y') ? { kind: 'testing' } : { kind: 'same' };
}

function readTags(text: string): ReadonlyMap<string, string> {
  const tags = new Map<string, string>();
  for (const part of text.split(';')) {
    const at = part.indexOf('=');
    if (at > 0) tags.set(part.slice(0, at).trim(), part.slice(at + 1).trim());
  }
  return tags;
}
