/** Makes texts fit for a log: e-mail addresses become keyed hashes, credentials go. */
import { createHmac, randomBytes } from 'node:crypto';
import { MASK, maskCredentials } from '../config/secret';

/** Hides what must not be read in a log. Equal addresses give equal texts, so that lines can be put side by side. */
export type Hide = (text: string) => string;

/** Where there is no secret that other processes know: hashes are alike within this one. */
export const PROCESS_KEY = randomBytes(16).toString('hex');

/** What may stand before the at sign; quotes, brackets and colons part an address from the text around it. */
const LOCAL = String.raw`[^\s"<>()[\]\\,;:@＠…]`;
const DOMAIN = String.raw`(?:\[[^\]\s]{1,80}\]|[^\s"'<>()[\]{}\\,;:@＠/|=&?#!*…]+)`;
/** `"a b"@x.example`, `a@x.example`, `a%40x.example`. Begins only where no character of a local part stands before. */
const ADDRESS = new RegExp(String.raw`("[^"\r\n]{1,66}"|(?<!${LOCAL})${LOCAL}+?)(?:@|＠|%40)(${DOMAIN})`, 'gi');
const SIGNS = /[@＠]|%40/;

/** What stands before an address and is not of it: `to=`, `?e=`. Another word may be part of it: `kim=shop.example@relay`. */
const LEAD =
  /^['`{|/&?!*-]*(?:(?:to|from|cc|bcc|rcpt|e|email|mail|addr|address|user|username|recipient|sender|destination)=)?['`{|/&?!*-]*/i;
/** A path before a package of a scope, and a package with its version. */
const PACKAGE = /(?:\/@[\w-]+|^[\w./-]+@\d+\.\d+\.\d+)$/;
const BEARER = /\b(Bearer|Basic)\s+[\w.~+/=-]{8,}/gi;
/** Parameters of signed URLs, and names that secrets go by. */
const PARAMETER =
  /\b(X-Amz-(?:Signature|Credential|Security-Token)|Signature|access_token|api_?key|token|secret|password|passwd|pwd)(=|%3D)[^\s&"',;]+/gi;

/**
 * Makes the function that hides.
 *
 * @param key  is asked when the first address comes
 * @param secrets  texts that are hidden wherever they stand
 */
export function hideWith(key: () => string, secrets: readonly string[] = []): Hide {
  return (given) => {
    const text = secrets.reduce((rest, secret) => rest.replaceAll(secret, MASK), given);
    const withoutSecrets = text.replace(BEARER, '$1 ***').replace(PARAMETER, '$1$2***');
    if (!SIGNS.test(withoutSecrets)) return withoutSecrets;
    const safe = withoutSecrets.includes('://') ? maskCredentials(withoutSecrets) : withoutSecrets;
    return safe.replace(ADDRESS, (all: string, local: string, domain: string) =>
      replaceAddress({ all, local, domain }, key),
    );
  };
}

interface Match {
  readonly all: string;
  readonly local: string;
  readonly domain: string;
}

/** What is masked already (`k…@shop.example`, `***@host`) stays as it is: a hash of it would say nothing. */
function replaceAddress({ all, local, domain }: Match, key: () => string): string {
  if (local.endsWith('***') || PACKAGE.test(all)) return all;
  const lead = LEAD.exec(local)?.[0] ?? '';
  const core = local.slice(lead.length);
  const tail = /[.'-]*$/.exec(domain)?.[0] ?? '';
  const address = `${core}@${domain.slice(0, domain.length - tail.length)}`;
  return core === '' ? all : `${lead}address#${hashAddress(decode(address), key())}${tail}`;
}

function decode(address: string): string {
  try {
    return decodeURIComponent(address);
  } catch {
    return address;
  }
}

/** Eight digits tell apart the addresses of any one log. */
function hashAddress(address: string, key: string): string {
  const text = address.replaceAll('"', '').normalize('NFC').toLowerCase();
  return createHmac('sha256', key).update(`address in a log\n${text}`, 'utf8').digest('hex').slice(0, 8);
}
