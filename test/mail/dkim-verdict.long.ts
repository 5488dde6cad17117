/** Signatures as SpamAssassin's verifier, Mail::DKIM, judges them: a second opinion beside the tests' own reader. */
import { execFileSync } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { publicHalf } from '../../src/mail/dkim/key';
import { createDkimSigner } from '../../src/mail/dkim/signer';
import { testMessage } from '../support/test-message';

const GOLDEN = join(__dirname, '../content/golden');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SIGNER = createDkimSigner({ identity: { domain: 'shop.example', selector: 'nightjar' }, key: privateKey });
const RECORD = `v=DKIM1; k=rsa; p=${publicHalf(privateKey)}`;
const SCRIPT = join(__dirname, 'support/verify_dkim.pl');

const judge = (mail: string) =>
  execFileSync('perl', [SCRIPT, RECORD], { input: Buffer.from(mail, 'latin1'), encoding: 'utf8' }).trim();
const sign = async (raw: Buffer) => (await SIGNER.sign(raw)).toString('latin1');

it.each(readdirSync(GOLDEN).filter((file) => file.endsWith('.eml')))('holds on %s', async (file) => {
  expect(judge(await sign(readFileSync(join(GOLDEN, file))))).toBe('pass');
});

it.each([
  'From: ceo@bank.example',
  'To: everybody@mail.example',
  'Subject: you have won',
  'List-Unsubscribe: <https://elsewhere.example/u/1>',
  'List-Unsubscribe-Post: List-Unsubscribe=One-Click',
])('breaks where somebody adds %s', async (field) => {
  const signed = await sign(testMessage({ text: 'six of them\n.\n..\n' }).raw);

  expect(judge(signed)).toBe('pass');
  expect(judge(`${field}\r\n${signed}`)).toBe('fail');
});
