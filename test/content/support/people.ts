/** People whose data nobody checked: names with line breaks, quotes, other alphabets, 300 characters, or nothing at all. */
import fc from 'fast-check';
import type { Contact, Item } from '../../../src/job/people';

const TEXTS = [
  'Ken',
  'Ken\r\nBcc: victim@mail.example',
  'Ken\nX-Evil: 1\n\n<script>',
  'Ken\u2028Bcc: x@y.example\u0000\u0085',
  '"Ken" <ceo@bank.example>',
  'a, b; c: d <e> (f) \\ "',
  'undisclosed-recipients:;',
  '=?utf-8?Q?=0D=0ABcc:_x@y.example?=',
  'x'.repeat(300),
  'x y '.repeat(75),
  '鍋'.repeat(300),
  'é'.repeat(300),
  '👨‍👩‍👧‍👦'.repeat(120),
  'Ken \u202Eelpmaxe.knab',
  'عبد الرحمن',
  'שלום, קן',
  ' \t ',
  '\ud800 half',
  'From here on',
  '.\n..\n. \n',
  '--=_deadbeef--\n',
  '= trailing \t\nblanks \n',
];

/** A text of the kind that imports and templates hold. */
export const hostileText: fc.Arbitrary<string> = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 320 }),
  fc.string({ unit: 'grapheme', maxLength: 320 }),
  fc.string({ unit: 'grapheme-ascii', maxLength: 200 }),
  fc.constantFrom(...TEXTS),
  fc.array(fc.constantFrom(...TEXTS), { maxLength: 4 }).map((parts) => parts.join(' ')),
);

const missing = <Value>(arbitrary: fc.Arbitrary<Value>) => fc.option(arbitrary, { nil: undefined, freq: 4 });

const address = fc.constantFrom(
  'ken@mail.example',
  "o'brien+picks@mail.example",
  'KEN.ITO@Mail.Example',
  'jo@münchen.example',
  `${'l'.repeat(64)}@${'d'.repeat(60)}.${'e'.repeat(60)}.example`,
  'a..b.@docomo.example',
);

/** A contact with an address, and perhaps with everything else. */
export const hostileContact: fc.Arbitrary<Contact & { readonly email: string }> = fc
  .record({
    userId: hostileText.filter((text) => text !== ''),
    email: address,
    firstName: missing(hostileText),
    lastName: missing(hostileText),
    locale: missing(fc.constantFrom('en', 'ja', 'ar', 'de-AT', 'nonsense!', '')),
  })
  .map(({ userId, email, firstName, lastName, locale }) => ({
    userId,
    email,
    attributes: {},
    ...(firstName === undefined ? {} : { firstName }),
    ...(lastName === undefined ? {} : { lastName }),
    ...(locale === undefined ? {} : { locale }),
  }));

/** An item of a catalogue that nobody checked. */
export const hostileItem: fc.Arbitrary<Item> = hostileText.map((title) => ({
  itemId: 'i1',
  title,
  categories: [],
  attributes: {},
}));
