/** People whose values are hard to write: separators, line ends, formulas, scripts, control characters, wrong values. */
import type { FileContext, Person } from '../../../src/audience/formats/format';
import type { Contact } from '../../../src/job/people';

/** The context of all files. */
export const CONTEXT: FileContext = {
  runId: 'drama-fans.2026-11-28',
  at: '2026-11-28T02:00:00.000Z',
  audience: 'drama-fans',
  path: ['nightly', 'drama-fans'],
  attributes: ['plan', 'note'],
};

type Values = Omit<Partial<Contact>, 'attributes' | 'userId'> & { readonly attributes?: Contact['attributes'] };

const VALUES: Readonly<Record<string, Values>> = {
  'u-plain': {
    email: 'Ada@Shop.Example',
    phone: '+44 20 7946 0018',
    firstName: 'Ada',
    lastName: 'Lovelace',
    locale: 'en-GB',
    country: 'GB',
    timeZone: 'Europe/London',
    attributes: {
      plan: 'gold',
      postal_code: 'M1 1AE',
      city: 'New York',
      state: 'CA',
      birth_date: '1997-02-16',
      gender: 'f',
      mobile_ad_id: '6D92078A-8246-4BA4-AE5B-76104861E7DC',
      job_title: 'Analyst',
      company: 'Engines, Ltd.',
    },
  },
  'u,comma"quote"': {
    email: 'o’hara@mail.example',
    phone: '(650) 555-1212',
    firstName: 'Ann, "the\nsecond"',
    lastName: 'O\'Hara; "Jr"|\tX',
    locale: 'en',
    country: 'US',
    attributes: { plan: '"', note: ',\r\n,' },
  },
  'u\nline': { email: 'line@mail.example', firstName: 'cr\rhere', lastName: '\n', attributes: { note: '\r' } },
  '=u-formula': {
    email: '=cmd+1@mail.example',
    phone: '+1 800 555 0100',
    firstName: '=HYPERLINK("http://x.example";"y")',
    lastName: '@SUM(1)',
    country: 'US',
    attributes: { plan: '-1+1', note: '＝1' },
  },
  'u-formula-behind-blanks': {
    email: '+tag@mail.example',
    firstName: ' =1',
    lastName: '\t=1',
    attributes: { plan: '\u200b+1', note: '＠x' },
  },
  'u-nul': {
    email: 'nul@mail.example',
    firstName: '\0=1',
    lastName: 'a\0b\u0007c',
    attributes: { plan: '\0', note: 'x\0' },
  },
  'ü-unicode-𠮷': {
    email: 'tanaka@メール.example',
    firstName: 'Vale\u0301ry',
    lastName: '田中 𠮷 👩‍👩‍👧 \u202eabc',
    locale: 'ja-JP',
    country: 'JP',
    phone: '0312345678',
    attributes: { plan: 'ΣΊΣΥΦΟΣ', note: 'a\ufeffmark' },
  },
  'u-blank-ends': {
    email: '  Blank@Mail.Example\u00a0',
    firstName: '  x  ',
    lastName: ' ',
    attributes: { plan: ' gold ' },
  },
  'u-bad': { email: 'no-address', phone: '12', firstName: 'Bad', country: 'ZZ', attributes: { gender: 'maybe' } },
  'u-nothing': {},
  'u-phone-only': { phone: '030 901820', country: 'DE', firstName: 'Phone' },
  'u-hash': { email: 'f1904cf1a9d73a55fa5de0ac823c4403ded71afd4c3248d00bdcd0866552bb79', firstName: 'Hash' },
  'u-long': { email: 'long@mail.example', firstName: 'é'.repeat(150), lastName: 'x'.repeat(255), country: 'UK' },
  'u-gmail': { email: 'Cloudy.SanFrancisco+shopping@gmail.com', country: 'US' },
  'u-local': { email: 'jürgen@mail.example' },
};

/** Makes a person of some values. */
export function person(userId: string, { attributes = {}, ...values }: Values = {}, rank = 1): Person {
  return { userId, rank, contact: { userId, attributes, ...values } };
}

/** In the order in which an audience has them. */
export const PEOPLE: readonly Person[] = Object.entries(VALUES).map(([userId, values], index) =>
  person(userId, values, index + 1),
);
