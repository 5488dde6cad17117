/** Reads the private key of DKIM, and proves it before the first mail: a key that can't sign must stop the start, not the night. */
import { createPrivateKey, createPublicKey, type KeyObject, verify } from 'node:crypto';
import { NightjarError } from '../../errors';
import { canonicalField, hashBody, readMessage } from './canonical';
import { createDkimSigner, type DkimKey } from './signer';

/** RFC 8301 section 3.2: signers must not use less. 2048 are what receivers want. */
const KEY_BITS_MIN = 1024;

/**
 * Reads a private key of RSA from PEM (PKCS#8 or PKCS#1).
 * @param origin where the text came from, for messages: the path of the file or the name of the variable
 * @throws E_MAIL_DKIM where it is none, is encrypted, of another kind, or has less than 1024 bits
 */
export function readDkimKey(pem: string, origin: string): KeyObject {
  const key = parseKey(pem, origin);
  if (key.asymmetricKeyType !== 'rsa') {
    throw refuse(`the key in ${origin} is of ${key.asymmetricKeyType}; receivers expect RSA`);
  }
  const bits = key.asymmetricKeyDetails?.modulusLength ?? 0;
  if (bits < KEY_BITS_MIN) throw refuse(`the key in ${origin} has ${bits} bits; receivers refuse less than 1024`);
  return key;
}

function parseKey(pem: string, origin: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch (cause) {
    throw refuse(`${origin} holds no private key in PEM that can be read`, cause);
  }
}

function refuse(message: string, cause?: unknown): NightjarError {
  return new NightjarError('E_MAIL_DKIM', message, { fix: 'openssl genrsa -out dkim.pem 2048', cause });
}

/** Returns the public half as DNS has it in `p=`: DER (SubjectPublicKeyInfo) in base64. */
export function publicHalf(key: KeyObject): string {
  return createPublicKey(key).export({ type: 'spki', format: 'der' }).toString('base64');
}

const PROBE = Buffer.from(
  [
    'From: probe@nightjar.invalid',
    'List-Unsubscribe: <https://nightjar.invalid/u/1>',
    'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
    '',
    'probe',
    '',
  ].join('\r\n'),
  'latin1',
);

/**
 * Signs one message that goes nowhere and verifies it with the public half.
 * @throws E_MAIL_DKIM where the signature does not hold
 */
export async function proveKey(dkim: DkimKey): Promise<void> {
  const signed = await createDkimSigner(dkim).sign(PROBE);
  if (!verifies(signed, dkim.key)) throw refuse(`a message signed for ${dkim.identity.domain} does not verify`);
}

function verifies(message: Buffer, key: KeyObject): boolean {
  const { fields, body } = readMessage(message);
  const [signature, ...rest] = fields;
  const [, unsigned = '', encoded = ''] = /^(.*\sb=)(.*)$/s.exec(signature?.text ?? '') ?? [];
  const tag = (name: string) => new RegExp(`\\s${name}=([^;]*);`).exec(unsigned)?.[1] ?? '';
  if (tag('bh') !== hashBody(body)) return false;
  const names = new Set(
    tag('h')
      .split(':')
      .map((name) => name.trim()),
  );
  const covered = [...names].flatMap((name) => rest.findLast((field) => field.name === name) ?? []);
  const text = [...covered, { name: 'dkim-signature', text: unsigned }].map(canonicalField).join('\r\n');
  return verify('sha256', Buffer.from(text, 'latin1'), createPublicKey(key), Buffer.from(encoded, 'base64'));
}
