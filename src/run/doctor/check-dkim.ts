/** Looks at the key that signs mails, and at its other half in DNS. */
import type { Settings } from '../../config/settings';
import { parseMailbox } from '../../content/address';
import { systemErrorCode } from '../../errors';
import { publicHalf } from '../../mail/dkim/key';
import { judgeRecord, type RecordVerdict } from '../../mail/dkim/record';
import type { DkimKey } from '../../mail/dkim/signer';
import { type Examination, failed, ok, skipped, type Verdict, warning } from './finding';

/** How the key and its record are reached. */
export interface DkimDoor {
  /** Read and proved; undefined where mail.dkim is null. */
  readonly key: () => Promise<DkimKey | undefined>;
  /** Answers TXT records in their pieces, as `node:dns` does. */
  readonly resolveTxt: (name: string) => Promise<readonly (readonly string[])[]>;
}

/** What receivers want; less than 1024 bits is refused before. */
const KEY_BITS_WANTED = 2048;
const NO_RECORD: ReadonlySet<string | undefined> = new Set(['ENOTFOUND', 'ENODATA']);

/** Examines the key; there is nothing to say where mails are not signed here. */
export async function examineDkim(exam: Examination, door: DkimDoor, { mail }: Pick<Settings, 'mail'>): Promise<void> {
  if (mail.dkim === null) return;
  const found: { dkim?: DkimKey | undefined } = {};
  await exam.check('mail', 'DKIM key', async () => {
    found.dkim = await door.key();
    return judgeKey(found.dkim, mail.from);
  });
  const { dkim } = found;
  if (dkim !== undefined) await exam.check('mail', 'DKIM record', () => readRecord(door, dkim));
}

function judgeKey(dkim: DkimKey | undefined, from: string): Verdict {
  const bits = dkim?.key.asymmetricKeyDetails?.modulusLength ?? 0;
  const domain = dkim?.identity.domain ?? '';
  const sender = parseMailbox(from).address.split('@')[1] ?? '';
  if (!isAligned(sender, domain)) {
    return warning(
      `mails of ${sender} are signed for ${domain}: DMARC does not count that`,
      `set mail.dkim.domain: ${sender}`,
    );
  }
  if (bits < KEY_BITS_WANTED) return warning(`it has ${bits} bits`, 'openssl genrsa -out dkim.pem 2048');
  return ok(`signs for ${domain}, ${bits} bits`);
}

/** DMARC's relaxed alignment, without the list of public suffixes: one domain is the other, or below it. */
function isAligned(one: string, other: string): boolean {
  return one === other || one.endsWith(`.${other}`) || other.endsWith(`.${one}`);
}

async function readRecord({ resolveTxt }: DkimDoor, { identity, key }: DkimKey): Promise<Verdict> {
  const name = `${identity.selector}._domainkey.${identity.domain}`;
  const half = publicHalf(key);
  try {
    return judge(judgeRecord(await resolveTxt(name), half), { name, half });
  } catch (error) {
    const code = systemErrorCode(error);
    if (NO_RECORD.has(code)) return judge({ kind: 'missing' }, { name, half });
    return skipped(`DNS is out of reach (${code ?? 'unknown'}), so ${name} was not looked at`);
  }
}

function judge({ kind }: RecordVerdict, { name, half }: { readonly name: string; readonly half: string }): Verdict {
  if (kind === 'same') return ok(`${name} has our public key`);
  if (kind === 'testing') {
    return warning(`${name} has t=y: receivers treat our mails as unsigned`, `take t=y out of the record of ${name}`);
  }
  const what = {
    missing: 'is not there',
    other: 'has another public key',
    revoked: 'has an empty key: it was taken back',
    unreadable: 'is no DKIM record for RSA and SHA-256',
  }[kind];
  return failed(`${name} ${what}; receivers refuse our signatures`, `publish TXT ${name} "v=DKIM1; k=rsa; p=${half}"`);
}
