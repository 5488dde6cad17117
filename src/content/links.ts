/** Links and ids that belong to one e-mail, derived from run, user and secret, so that a retry makes the same ones. */
import { createCipheriv, createDecipheriv, createHash, createHmac, timingSafeEqual } from 'node:crypto';

/** Whom a link unsubscribes, and from which list (the job's name). */
export interface Unsubscribe {
  readonly userId: string;
  readonly list: string;
}

/** Whom the link of a test or a preview unsubscribes. */
export const NOBODY = '';

/** Tells whether a link is one of a test, which does nothing. */
export function isNobody({ userId }: Unsubscribe): boolean {
  return userId === NOBODY;
}

const VERSION = 1;
const TAG_BYTES = 16;

interface Keys {
  readonly sign: Buffer;
  readonly hide: Buffer;
}

/** Two keys of one secret, bound to this purpose, so that a token made for something else never passes. */
function deriveKeys(secret: string): Keys {
  const derive = (purpose: string) => createHmac('sha256', secret).update(`nightjar unsubscribe ${purpose}`).digest();
  return { sign: derive('sign'), hide: derive('hide') };
}

function makeTag(payload: Buffer, keys: Keys): Buffer {
  return createHmac('sha256', keys.sign).update(payload).digest().subarray(0, TAG_BYTES);
}

/**
 * Makes the token of an unsubscribe link: version, HMAC-SHA256 tag of the payload, and the payload hidden by AES-256-CTR
 * under that tag (the construction of SIV), so that a user id is neither readable in a link nor forgeable.
 * Equal input gives the equal token. Base64url, no padding.
 */
export function makeUnsubscribeToken(who: Unsubscribe, secret: string): string {
  const keys = deriveKeys(secret);
  const payload = Buffer.from(JSON.stringify([who.list, who.userId]), 'utf8');
  const tag = makeTag(payload, keys);
  const cipher = createCipheriv('aes-256-ctr', keys.hide, tag);
  return Buffer.concat([Buffer.of(VERSION), tag, cipher.update(payload), cipher.final()]).toString('base64url');
}

export interface UnsubscribeLink extends Unsubscribe {
  readonly secret: string;
  /** With or without a final slash. */
  readonly publicUrl: string;
}

/** Returns `<publicUrl>/u/<token>`; the URL alone says who leaves which list (RFC 8058). */
export function signUnsubscribe({ secret, publicUrl, userId, list }: UnsubscribeLink): string {
  return `${publicUrl.replace(/\/+$/, '')}/u/${makeUnsubscribeToken({ userId, list }, secret)}`;
}

/** Reads a token back; undefined where it was not made with `secret`, in constant time for the length. Tokens don't expire. */
export function verifyUnsubscribe(token: string, secret: string): Unsubscribe | undefined {
  const bytes = Buffer.from(token, 'base64url');
  if (bytes.toString('base64url') !== token || bytes[0] !== VERSION || bytes.length <= 1 + TAG_BYTES) return undefined;
  const keys = deriveKeys(secret);
  const tag = bytes.subarray(1, 1 + TAG_BYTES);
  const decipher = createDecipheriv('aes-256-ctr', keys.hide, tag);
  const payload = Buffer.concat([decipher.update(bytes.subarray(1 + TAG_BYTES)), decipher.final()]);
  return timingSafeEqual(makeTag(payload, keys), tag) ? readPayload(payload) : undefined;
}

function readPayload(payload: Buffer): Unsubscribe | undefined {
  const fields: unknown = JSON.parse(payload.toString('utf8'));
  if (!Array.isArray(fields)) return undefined;
  const [list, userId]: readonly unknown[] = fields;
  return typeof list === 'string' && typeof userId === 'string' ? { list, userId } : undefined;
}

export interface MessageIdParts {
  readonly run: string;
  readonly userId: string;
  /** The domain of the From address, as A-label. */
  readonly domain: string;
}

/** Returns `<hash@domain>`, with its angle brackets: the same for the same run and user, so that an inbox can be asked for it. */
export function messageIdOf({ run, userId, domain }: MessageIdParts): string {
  const hash = createHash('sha256')
    .update(JSON.stringify([run, userId]), 'utf8')
    .digest('hex');
  return `<${hash.slice(0, 40)}@${domain}>`;
}
