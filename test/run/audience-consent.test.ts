/** Who may be in the files of an audience: consent by format, minors, suppressions; and what must not leak on the way. */
import { readdirSync } from 'node:fs';
import { z } from 'zod';
import type { OpenEngines } from '../../src/cli/open-engines';
import { addressSubject, userSubject } from '../../src/content/suppression';
import { removeContacts } from '../../src/database/people/contacts';
import { saveSuppressions } from '../../src/database/people/suppressions';
import { listArtefacts } from '../../src/database/runs/artefacts';
import { isNightjarError } from '../../src/errors';
import type { Contact } from '../../src/job/people';
import { sumsAddUp } from '../../src/report/sums';
import type { Log } from '../../src/run/engines';
import { planRun } from '../../src/run/plan-run';
import { readSummary } from '../../src/run/stored-summary';
import { readSmallObject } from '../../src/storage/objects';
import { parseS3Uri } from '../../src/storage/uri';
import { makeTestFolder } from '../support/nightjar';
import { vary } from './support/local-aws';
import { watchS3 } from './support/old-run';
import { addContacts, makeContact, PEOPLE, SLOT, userId } from './support/small-shop';
import { audienceSource, begin, driveRun, openShop, rigUp } from './support/world';

const folder = makeTestFolder('nightjar-audience-consent');
let shop: OpenEngines;

const GOOGLE = ['ads', 'ad_user_data', 'ad_personalization'];
const PHONE = '+4930901820';

/** What is said of the first people; all others consent to everything, and none to Google by name. */
const PEOPLE_SAID: readonly Partial<Contact>[] = [
  { consent: GOOGLE },
  { consent: GOOGLE },
  { consent: ['ads', 'ad_user_data'] },
  { consent: ['news'] },
  { consent: false },
  { attributes: { group: 'main', birth_date: '2010-05-05' } },
  { attributes: { group: 'main', birth_date: '1980-05-05' } },
  { attributes: { group: 'main', age: '15' } },
  { attributes: { group: 'main', birth_date: 'unknown' } },
  { consent: GOOGLE, email: 'no address' },
];
const SUPPRESSED = [userId(11), userId(12), userId(13)] as const;
const ERASED = userId(14);

beforeAll(async () => {
  shop = await openShop(folder);
  const said = PEOPLE_SAID.map((fields, index) => makeContact(userId(index + 1), fields));
  await addContacts(shop, [...said, makeContact(userId(20), { phone: PHONE, lastName: 'Quillfeather' })]);
  const at = Date.now();
  await saveSuppressions(shop.db, [
    { subject: userSubject(SUPPRESSED[0]), reason: 'manual', source: 'test', at },
    { subject: addressSubject(`${SUPPRESSED[1]}@people.example`), reason: 'complaint', source: 'test', at },
    { subject: userSubject(SUPPRESSED[2]), topic: 'ads', reason: 'unsubscribe', source: 'test', at },
  ]);
  await removeContacts(shop.db, [ERASED]);
}, 60_000);
afterAll(() => shop.close());

/** Everybody of the shop is in the segment. */
function everyone(name: string, audience: string) {
  const source = audienceSource(name, { segment: 'queries: { tea: ITEMS.CATEGORY = "tea" }' });
  const text = source.text.replace('users: 20', `users: ${PEOPLE}`).replace(/^audience: .*$/m, `audience: ${audience}`);
  return { ...source, text };
}

async function filesOf(runId: string): Promise<ReadonlyMap<string, string>> {
  const files = (await listArtefacts(shop.db, runId)).filter(({ kind }) => kind === 'audience');
  const read = files.map(async ({ name, uri }) => {
    return [name, (await readSmallObject(shop.s3, parseS3Uri(uri))).toString('utf8')] as const;
  });
  return new Map(await Promise.all(read));
}

it('leaves out who must not be in any file, and out of a format who did not consent to its use; each counted by reason', async () => {
  const source = everyone('ads-fans', '{ topic: ads, formats: [csv, google-ads] }');
  const run = await driveRun(rigUp(shop), await begin(rigUp(shop), source));
  const summary = readSummary(run);
  const [audience] = summary?.audiences ?? [];
  const reasons = new Map(audience?.leftOut.map(({ name, count }) => [name, count]));
  expect(Object.fromEntries(reasons)).toEqual({
    no_consent: 2,
    minor: 2,
    birth_date_unclear: 1,
    suppressed_manual: 1,
    suppressed_complaint: 1,
    suppressed_unsubscribe: 1,
    no_contact: 1,
  });
  const members = PEOPLE - 9;
  expect(audience?.members).toBe(members);
  const formats = new Map(audience?.formats?.map((format) => [format.name, format]));
  expect(formats.get('csv')).toMatchObject({ considered: members, people: members, leftOut: [] });
  expect(formats.get('google-ads')).toMatchObject({ considered: members, people: 2 });
  expect(new Map(formats.get('google-ads')?.leftOut.map(({ name, count }) => [name, count]))).toEqual(
    new Map([
      ['no_consent_ad_user_data', members - 4],
      ['no_consent_ad_personalization', 1],
      ['not_identified', 1],
    ]),
  );
  // Who is left out as a person is no value that was left out.
  expect(formats.get('google-ads')?.values ?? []).not.toContainEqual(
    expect.objectContaining({ name: 'no_identifier' }),
  );
  expect(summary === undefined ? ['no summary'] : sumsAddUp(summary)).toEqual([]);

  const csv = [...(await filesOf(run.runId))].find(([name]) => name.includes('csv'))?.[1] ?? '';
  const ids = csv.split('\r\n').flatMap((line) => /^u\d{3}/.exec(line)?.[0] ?? []);
  expect(ids).toHaveLength(members);
  for (const id of [userId(4), userId(5), userId(6), userId(8), userId(9), ...SUPPRESSED, ERASED]) {
    expect(ids).not.toContain(id);
  }
});

const putSchema = z.object({ Key: z.string(), SSEKMSKeyId: z.string().optional() });

it('says nothing of people in logs, and gives every object the key of the settings', async () => {
  const kmsKeyArn = 'arn:aws:kms:eu-central-1:000000000000:key/1';
  const said: string[] = [];
  const log: Log = (...parts) => said.push(JSON.stringify(parts));
  const { bucket } = shop.settings.storage;
  const partnerKey = 'arn:aws:kms:eu-central-1:000000000000:key/partner';
  const destinations = {
    same: { url: `s3://${bucket}/same/` },
    own: { url: `s3://${bucket}/own/`, kmsKeyArn: partnerKey },
    none: { url: `s3://${bucket}/none/`, kmsKeyArn: null },
  };
  const varied = vary(shop, { aws: { kmsKeyArn }, log });
  const engines = { ...varied, settings: { ...varied.settings, destinations } };
  const keys = new Map<string, unknown>();
  const s3 = watchS3(engines.s3, (name, input) => {
    if (name !== 'PutObjectCommand' && name !== 'CreateMultipartUploadCommand') return;
    const { Key, SSEKMSKeyId } = putSchema.parse(input);
    keys.set(Key, SSEKMSKeyId);
  });
  const rig = rigUp({ ...engines, s3 });
  const source = everyone(
    'quiet',
    '{ topic: ads, formats: [csv, google-ads], split: { a: 50%, holdout: 50% }, deliver: [same, own, none] }',
  );

  const run = await driveRun(rig, await begin(rig, source));

  expect(run.state).toBe('finished');
  expect(keys.size).toBeGreaterThan(5);
  const wanted = (key: string) =>
    key.startsWith('own/') ? partnerKey : key.startsWith('none/') ? undefined : kmsKeyArn;
  expect([...keys].filter(([name, key]) => key !== wanted(name))).toEqual([]);
  for (const place of ['same/', 'own/', 'none/', 'versions/', 'members/', 'audiences/'])
    expect([...keys.keys()].filter((name) => name.includes(place))).not.toEqual([]);
  const text = said.join('\n');
  for (const secret of ['people.example', PHONE.slice(1), 'Quillfeather', 'Robin']) expect(text).not.toContain(secret);
});

it('leaves no person behind in the temporary folder', async () => {
  const source = everyone('tidy', '{ topic: ads, formats: [csv] }');
  const rig = rigUp(shop);
  const run = await driveRun(rig, await begin(rig, source));
  expect(run.state).toBe('finished');
  expect(readdirSync(rig.engines.tempDir).filter((name) => !name.startsWith('.'))).toEqual([]);
});

it.each([
  ['{ grop: main }', 'audience.where.grop', 'write "group:"'],
  ['{ contry: DE }', 'audience.where.contry', 'write "country:"'],
  [
    '{ tier: { min: 2 }, colour: { exists: true } }',
    'audience.where.tier',
    'import contacts with that column, or name one of these',
  ],
])('refuses where: %s, which would match nobody', async (where, place, fix) => {
  const source = everyone('nobody', `{ formats: [csv], where: ${where} }`);
  const thrown = await planRun(shop, { source, slot: SLOT }).catch((error: unknown) => error);
  if (!isNightjarError(thrown)) throw thrown;
  expect(thrown).toMatchObject({ code: 'E_JOB_FIELD', fix, where: { line: 7 } });
  expect(thrown.message).toContain(
    `${place} asks for an attribute that no contact has; attributes are age, birth_date, group`,
  );
  await expect(begin(rigUp(shop), source)).rejects.toMatchObject({ code: 'E_JOB_FIELD' });
});

it('notes values in where that no contact has', async () => {
  const notesOf = async (where: string) =>
    (await planRun(shop, { source: everyone('values', `{ formats: [csv], where: ${where} }`), slot: SLOT })).notes;
  expect(await notesOf('{ group: Mian, age: [15, 16], country: Germany }')).toEqual([
    'audience.where.group asks for "Mian", which no contact has; did you mean "main"?',
    'audience.where.age asks for 16, which no contact has; values are 15',
    'audience.where.country asks for a country, and no contact has one',
  ]);
  expect(await notesOf('{ group: { not: mian }, age: { not: 90 } }')).toEqual([
    'audience.where.group asks for "mian", which no contact has; did you mean "main"?',
  ]);
  expect(await notesOf('{ group: main, age: 15.0, birth_date: { before: 2000-01-01 }, last_name: Nobody }')).toBe(
    undefined,
  );
});

it('takes a condition that the lack of an attribute fulfils', async () => {
  const source = everyone('absent', '{ formats: [csv], where: { banned: { exists: false }, tier: { not: gold } } }');
  await expect(planRun(shop, { source, slot: SLOT })).resolves.toMatchObject({ kind: 'audience' });
});
