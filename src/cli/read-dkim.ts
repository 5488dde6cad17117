/** Reads the key that signs mails, from the file or the variable that the settings name. */
import { readFile } from 'node:fs/promises';
import type { Settings } from '../config/settings';
import { NightjarError, systemErrorCode } from '../errors';
import { proveKey, readDkimKey } from '../mail/dkim/key';
import type { DkimKey } from '../mail/dkim/signer';
import { readSecret } from './secrets';

const VARIABLE = 'NIGHTJAR_DKIM_KEY';

/**
 * Reads the key and signs one message that goes nowhere; undefined where mail.dkim is null.
 * @throws E_MAIL_DKIM where there is no key, or one that can't be used
 */
export async function readDkim(
  dkim: Settings['mail']['dkim'],
  env: Readonly<Record<string, string | undefined>>,
): Promise<DkimKey | undefined> {
  if (dkim === null) return undefined;
  const { domain, selector, keyFile } = dkim;
  const pem = keyFile === null ? readSecret(VARIABLE, env) : await readKeyFile(keyFile);
  if (pem === undefined) {
    throw new NightjarError('E_MAIL_DKIM', `mail.dkim names no keyFile, and ${VARIABLE} is not set`, {
      fix: `export ${VARIABLE}="$(cat dkim.pem)", or set mail.dkim.keyFile`,
    });
  }
  const signer: DkimKey = { identity: { domain, selector }, key: readDkimKey(pem, keyFile ?? VARIABLE) };
  await proveKey(signer);
  return signer;
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new NightjarError('E_MAIL_DKIM', `${path} can't be read (${systemErrorCode(cause) ?? 'unknown'})`, {
      fix: 'set mail.dkim.keyFile to the PEM file of the private key',
      cause,
    });
  }
}
