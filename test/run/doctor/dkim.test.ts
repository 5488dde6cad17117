/** What the doctor finds of the key that signs mails and of its record, with a name server of its own. */
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readDkim } from '../../../src/cli/read-dkim';
import { loadSettings } from '../../../src/config/load';
import { publicHalf, readDkimKey } from '../../../src/mail/dkim/key';
import { examineDkim } from '../../../src/run/doctor/check-dkim';
import { beginExamination, type Finding } from '../../../src/run/doctor/finding';
import { startDns } from '../../support/dns-server';
import { ROOT } from '../../support/nightjar';

const makePem = (bits: number) =>
  generateKeyPairSync('rsa', { modulusLength: bits }).privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
const PEM = makePem(2048);
const HALF = publicHalf(readDkimKey(PEM, 'test'));
const NAME = 'nightjar._domainkey.shop.example';
interface Identity {
  readonly domain: string;
  readonly selector: string;
  readonly keyFile: string | null;
}
const IDENTITY: Identity = { domain: 'shop.example', selector: 'nightjar', keyFile: null };

let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'nightjar-dkim-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

type Records = Parameters<typeof startDns>[0];

async function look(
  records: Records | 'away',
  { pem, ...dkim }: Partial<Identity> & { readonly pem?: string | undefined } = { pem: PEM },
): Promise<readonly Finding[]> {
  const defaultText = readFileSync(join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings: defaults } = loadSettings({ defaultText, files: [], env: {}, overrides: [] });
  const settings = { ...defaults, mail: { ...defaults.mail, dkim: { ...IDENTITY, ...dkim } } };
  const dns = await startDns(records === 'away' ? {} : records);
  if (records === 'away') await dns.close();
  const exam = beginExamination({ settings, clock: () => performance.now(), limitMs: 10_000 });
  const door = {
    key: () => readDkim(settings.mail.dkim, { NIGHTJAR_DKIM_KEY: pem }),
    resolveTxt: (name: string) => dns.resolver.resolveTxt(name),
  };
  await examineDkim(exam, door, settings);
  if (records !== 'away') await dns.close();
  return exam.findings;
}

const short = (findings: readonly Finding[]) => findings.map(({ check, status }) => `${check}: ${status}`);

it('is content with a key whose public half is in DNS, in pieces as long keys are', async () => {
  const record = `v=DKIM1; k=rsa; p=${HALF}`;

  const findings = await look({ [NAME]: [['v=spf1 -all'], [record.slice(0, 255), record.slice(255)]] });

  expect(short(findings)).toEqual(['DKIM key: ok', 'DKIM record: ok']);
  expect(findings[1]?.detail).toBe(`${NAME} has our public key`);
});

it.each<[string, Records]>([
  ['is not there', {}],
  ['has another public key', { [NAME]: [[`v=DKIM1; p=${HALF.slice(0, 200)}`]] }],
  ['has an empty key', { [NAME]: [['v=DKIM1; p=']] }],
  ['is no DKIM record', { [NAME]: [['hello']] }],
])('fails where the record %s, and says what to publish', async (what, records) => {
  const [, record] = await look(records);

  expect(record).toMatchObject({ status: 'failed', fix: `publish TXT ${NAME} "v=DKIM1; k=rsa; p=${HALF}"` });
  expect(record?.detail).toContain(`${NAME} ${what}`);
});

it('says that it could not look where no name server answers', async () => {
  expect(short(await look('away'))).toEqual(['DKIM key: ok', 'DKIM record: skipped']);
});

it('warns of a short key, of a domain that is not the sender, and of a record on trial', async () => {
  const shortKey = await look('away', { pem: makePem(1024) });
  const stranger = await look('away', { pem: PEM, domain: 'relay.example' });
  const trial = await look({ [NAME]: [[`v=DKIM1; t=y; p=${HALF.slice(0, 200)}`, HALF.slice(200)]] });

  expect([shortKey[0], stranger[0], trial[1]]).toMatchObject([
    { status: 'warning', detail: 'it has 1024 bits' },
    { status: 'warning', fix: 'set mail.dkim.domain: shop.example' },
    { status: 'warning', fix: `take t=y out of the record of ${NAME}` },
  ]);
});

it.each<[string, Parameters<typeof look>[1]]>([
  ['no key', {}],
  ['no file', { keyFile: '/nowhere/dkim.pem' }],
  ['a weak key', { pem: makePem(512) }],
])('fails with %s, and looks no further', async (_, wish) => {
  const findings = await look('away', wish);

  expect(short(findings)).toEqual(['DKIM key: failed']);
});

it('reads the key from a file', async () => {
  const keyFile = join(folder, 'dkim.pem');
  writeFileSync(keyFile, PEM);

  expect(short(await look('away', { keyFile }))).toEqual(['DKIM key: ok', 'DKIM record: skipped']);
});
