/** Signs messages with DKIM (RFC 6376): rsa-sha256, relaxed/relaxed. */
import { type KeyObject, sign } from 'node:crypto';
import { promisify } from 'node:util';
import type { Message } from '../../content/message';
import { canonicalField, type HeaderField, hashBody, readMessage } from './canonical';

/** What stands before `_domainkey` in DNS, and whose mail it is. */
export interface DkimIdentity {
  readonly domain: string;
  readonly selector: string;
}

/** An identity and the key that speaks for it. */
export interface DkimKey {
  readonly identity: DkimIdentity;
  /** Of RSA, `readDkimKey`. */
  readonly key: KeyObject;
}

export interface DkimSigner {
  /** Returns the message with its signature before it. The key's work is done outside this thread. */
  sign(message: Buffer): Promise<Buffer>;
}

/**
 * What the signature covers. RFC 8058 allows one click only where both List-Unsubscribe fields are among it, and Gmail counts
 * complaints by a Feedback-ID that is.
 */
const SIGNED = [
  ...[
    'from',
    'to',
    'reply-to',
    'subject',
    'date',
    'message-id',
    'list-id',
    'list-unsubscribe',
    'list-unsubscribe-post',
  ],
  ...['feedback-id', 'mime-version', 'content-type'],
];
/**
 * Named once more than they are there, so that nobody on the way can add another one (RFC 6376 section 8.15): what a reader
 * sees of a message, and where its ways out lead.
 */
const SEALED = ['from', 'to', 'subject', 'list-unsubscribe', 'list-unsubscribe-post'];
const FOLD_EVERY = 74;

const signInThreadPool = promisify(sign);

/**
 * Creates a signer.
 * @param replaced fields that the service replaces after us, in lower case
 */
export function createDkimSigner({ identity, key }: DkimKey, replaced: readonly string[] = []): DkimSigner {
  const wanted = SIGNED.filter((name) => !replaced.includes(name));
  const sealed = SEALED.filter((name) => !replaced.includes(name));
  return {
    sign: async (message) => {
      const { fields, body } = readMessage(message);
      const covered = wanted.flatMap((name) => fields.findLast((field) => field.name === name) ?? []);
      const names = [...covered.map(({ name }) => name), ...sealed];
      const unsigned = writeSignature(identity, names, hashBody(body));
      const signed = [...covered.map(canonicalField), canonicalField(unsigned)].join('\r\n');
      const signature = await signInThreadPool('sha256', Buffer.from(signed, 'latin1'), key);
      return Buffer.concat([Buffer.from(`${unsigned.text}${foldBase64(signature)}\r\n`, 'latin1'), message]);
    },
  };
}

/** The field with an empty `b=`, as it is signed. */
function writeSignature({ domain, selector }: DkimIdentity, names: readonly string[], hash: string): HeaderField {
  const listed = names.join(':\r\n  ');
  const tags = `v=1; a=rsa-sha256; c=relaxed/relaxed;\r\n d=${domain}; s=${selector};\r\n h=${listed};\r\n bh=${hash};\r\n b=`;
  return { name: 'dkim-signature', text: `DKIM-Signature: ${tags}` };
}

function foldBase64(bytes: Buffer): string {
  return (bytes.toString('base64').match(new RegExp(`.{1,${FOLD_EVERY}}`, 'g')) ?? []).join('\r\n ');
}

/** Signs a message where there is a signer. */
export async function signMessage(message: Message, signer: DkimSigner | undefined): Promise<Message> {
  return signer === undefined ? message : { ...message, raw: await signer.sign(message.raw) };
}
