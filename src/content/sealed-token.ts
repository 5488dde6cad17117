/** Tokens in links: what they say is neither readable nor forgeable, and equal input gives the equal token. */
import { createCipheriv, createDecipheriv, createHmac, timingSafeEqual } from 'node:crypto';

const VERSION = 1;
const TAG_BYTES = 16;

interface Keys {
  readonly sign: Buffer;
  readonly hide: Buffer;
}

/** The keys of the last secrets and purposes: deriving them would cost more than a token. */
const derived = new Map<string, Keys>();
const MOST_KEYS = 16;

/** Two keys of one secret, bound to a purpose, so that a token made for something else never passes. */
function deriveKeys(secret: string, purpose: string): Keys {
  const name = `${purpose}\n${secret}`;
  const known = derived.get(name);
  if (known !== undefined) return known;
  const derive = (use: string) => createHmac('sha256', secret).update(`nightjar ${purpose} ${use}`).digest();
  const keys = { sign: derive('sign'), hide: derive('hide') };
  if (derived.size >= MOST_KEYS) derived.clear();
  derived.set(name, keys);
  return keys;
}

function makeTag(payload: Buffer, keys: Keys): Buffer {
  return createHmac('sha256', keys.sign).update(payload).digest().subarray(0, TAG_BYTES);
}

/**
 * Seals a list of texts: version, HMAC-SHA256 tag of the payload, and the payload hidden by AES-256-CTR under that tag (the
 * construction of SIV). Base64url, no padding.
 */
export function sealToken(
  fields: readonly string[],
  key: { readonly secret: string; readonly purpose: string },
): string {
  const keys = deriveKeys(key.secret, key.purpose);
  const payload = Buffer.from(JSON.stringify(fields), 'utf8');
  const tag = makeTag(payload, keys);
  const cipher = createCipheriv('aes-256-ctr', keys.hide, tag);
  return Buffer.concat([Buffer.of(VERSION), tag, cipher.update(payload), cipher.final()]).toString('base64url');
}

/** Reads a token back; undefined where it was not made with the secret for the purpose. Constant time for its length. */
export function openToken(
  token: string,
  key: { readonly secret: string; readonly purpose: string },
): readonly string[] | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.toString('base64url') !== token || bytes[0] !== VERSION || bytes.length <= 1 + TAG_BYTES) return undefined;
  const keys = deriveKeys(key.secret, key.purpose);
  const tag = bytes.subarray(1, 1 + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.hide, tag);
  const payload = Buffer.concat([decipher.update(bytes.subarray(1 + TAG_BYTES)), decipher.final()]);
  return timingSafeEqual(makeTag(payload, keys), tag) ? readTexts(payload) : undefined;
}

function readTexts(payload: Buffer): readonly string[] | undefined {
  const fields: unknown = JSON.parse(payload.toString('utf8'));
  return Array.isArray(fields) && fields.every((field) => typeof field === 'string') ? fields : undefined;
}
