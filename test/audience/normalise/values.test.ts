/** E-mail addresses, names, places and dates, as each platform wants them. */
import fc from 'fast-check';
import { normaliseBirthDate, normaliseBirthYear } from '../../../src/audience/normalise/birth-date';
import { normaliseEmail, normaliseGoogleEmail, normaliseSpacedEmail } from '../../../src/audience/normalise/email';
import {
  normaliseBareName,
  normaliseUnsuffixedName,
  normaliseUntitledName,
} from '../../../src/audience/normalise/names';
import {
  normaliseCity,
  normalisePostalCode,
  normaliseState,
  readCountry,
} from '../../../src/audience/normalise/places';
import { lowerText, tidyText } from '../../../src/audience/normalise/text';
import { normaliseDeviceId, normaliseGender } from '../../../src/audience/normalise/traits';

describe('tidyText and lowerText', () => {
  it('take away blanks of every kind at the ends and keep one inside', () => {
    expect(tidyText('\u00A0\u3000 a \t b\u200B\uFEFF\r\n')).toBe('a b');
    expect(tidyText('a  b')).toBe('a b');
    expect(tidyText('a\u200Bb')).toBe('ab');
  });

  it('go by no locale', () => expect(lowerText('TITLE IŞIK')).toBe('title işik'));

  it('give for every text what the long way gives', () => {
    const slow = (text: string) =>
      text
        .normalize('NFC')
        .replace(/[\u200B\uFEFF]/g, '')
        .replace(/\s+/g, ' ')
        .trim();
    const texts = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.string({ unit: fc.constantFrom('a', 'Z', ' ', '\t', 'é', 'e\u0301', '\u200B') }),
    );
    fc.assert(
      fc.property(texts, (text) => {
        expect(tidyText(text)).toBe(slow(text));
        expect(lowerText(text)).toBe(slow(text).toLowerCase());
      }),
    );
  });
});

describe('e-mail addresses', () => {
  it.each([
    [' Ann.Lee+News@Example.COM\u00A0', 'ann.lee+news@example.com'],
    ['JÖRG@BÜCHER.example', 'jörg@bücher.example'],
    ['a@xn--bcher-kva.example', 'a@xn--bcher-kva.example'],
    ['=sum@example.com', '=sum@example.com'],
  ])('keep dots and tags: %s', (text, expected) => expect(normaliseEmail(text)).toBe(expected));

  it.each(['', ' ', 'ann', '@example.com', 'ann@', 'a@b@c', 'a b@example.com', 'a@exa mple.com'])(
    'are none: "%s"',
    (text) => expect(normaliseEmail(text)).toBeUndefined(),
  );

  it('lose their blanks where the platform says so', () => {
    expect(normaliseSpacedEmail('Ann Lee@example.com')).toBe('annlee@example.com');
    expect(normaliseSpacedEmail('ann lee')).toBeUndefined();
  });

  it('of Gmail lose dots and tags for Google, those of others do not', () => {
    expect(normaliseGoogleEmail('A.B.C+x+y@GoogleMail.com')).toBe('abc@googlemail.com');
    expect(normaliseGoogleEmail('a.b+x@gmail.com.example')).toBe('a.b+x@gmail.com.example');
    expect(normaliseGoogleEmail('a.b@notgmail.com')).toBe('a.b@notgmail.com');
    expect(normaliseGoogleEmail('.+x@gmail.com')).toBeUndefined();
    expect(normaliseGoogleEmail('a b@gmail.com')).toBeUndefined();
  });
});

describe('names', () => {
  it.each([
    ["  O'Neil-Smith ", 'oneilsmith'],
    ['Mary  Ann', 'mary ann'],
    ['Dr. José', 'dr josé'],
    ['Ann . Lee', 'ann lee'],
    ['山田', '山田'],
    ['$ann`', 'ann'],
  ])('without punctuation: %s', (text, expected) => expect(normaliseBareName(text)).toBe(expected));

  it.each([
    ['Mr. John', 'john'],
    ['DR.Anna', 'anna'],
    ['Mr John', 'mr john'],
    ['Mary-Jane', 'mary-jane'],
    ['Drew', 'drew'],
  ])('without titles: %s', (text, expected) => expect(normaliseUntitledName(text)).toBe(expected));

  it.each([
    ['Smith, Jr., MD', 'smith'],
    ['Smith Jr. III', 'smith'],
    ['Smith-Jones', 'smith-jones'],
    ['Ivy', 'ivy'],
    ['V', 'v'],
    ['van der Berg PhD', 'van der berg'],
  ])('without suffixes: %s', (text, expected) => expect(normaliseUnsuffixedName(text)).toBe(expected));

  it('of which nothing is left are none', () => {
    expect([normaliseBareName('...'), normaliseUntitledName('Mr.'), normaliseUnsuffixedName(', Jr.')]).toEqual([
      undefined,
      undefined,
      undefined,
    ]);
  });
});

describe('places', () => {
  it('are countries by code and by name', () => {
    expect(['us', 'UK', 'Germany', 'côte d’ivoire', 'XK'].map(readCountry)).toEqual(['US', 'GB', 'DE', 'CI', 'XK']);
    expect(['ZZ', 'EU', 'U', 'Atlantis', '', '12'].map(readCountry)).toEqual(Array(6).fill(undefined));
  });

  it('are cities in letters', () => {
    expect(['New York', 'St. Gallen 9000', 'Łódź', '東京'].map(normaliseCity)).toEqual([
      'newyork',
      'stgallen',
      'łódź',
      '東京',
    ]);
  });

  it('are states of the USA by two letters, elsewhere as they are called', () => {
    expect(
      ['CA', 'California', 'd.c.', 'U.S. Virgin Islands', 'Bavaria'].map((state) => normaliseState(state, 'US')),
    ).toEqual(['ca', 'ca', 'dc', 'vi', undefined]);
    expect(normaliseState('Nordrhein-Westfalen', 'DE')).toBe('nordrheinwestfalen');
  });

  it('are postal codes without blanks and dashes', () => {
    expect(normalisePostalCode('94035-1234', 'US')).toBe('94035');
    expect(normalisePostalCode('9403', 'US')).toBeUndefined();
    expect(normalisePostalCode('M1 1AE', 'GB')).toBe('m11ae');
    expect(normalisePostalCode('100–0001', 'JP')).toBe('1000001');
  });
});

describe('dates of birth', () => {
  it.each([
    ['1997-02-16', '19970216'],
    ['19970216', '19970216'],
    ['1997/2/6', '19970206'],
    ['2/16/1997', '19970216'],
    ['16/2/1997', '19970216'],
    ['6.2.1997', '19970206'],
    ['1996-02-29T00:00:00Z', '19960229'],
  ])('%s', (text, expected) => expect(normaliseBirthDate(text)).toBe(expected));

  it.each(['1997-02-29', '97-02-16', '1997-13-01', '1997', '12345', 'May 1997', '', '0000-01-01', '1997-1/2'])(
    'are none: "%s"',
    (text) => expect(normaliseBirthDate(text)).toBeUndefined(),
  );

  it('tell the year', () => {
    expect(['1997-02-16', '1997', '2/16/1997', '97', '1897'].map(normaliseBirthYear)).toEqual([
      '1997',
      '1997',
      '1997',
      undefined,
      undefined,
    ]);
  });
});

describe('traits', () => {
  it('are m and f', () => {
    expect(['F', 'male', 'Female', 'x', ''].map(normaliseGender)).toEqual(['f', 'm', 'f', undefined, undefined]);
  });

  it('are advertising ids of people who may be followed', () => {
    expect(normaliseDeviceId('AB1234CD-E123-12FG-J123-000000000000')).toBeUndefined();
    expect(normaliseDeviceId('00000000-0000-0000-0000-000000000000')).toBeUndefined();
    expect(normaliseDeviceId('6D92078A-8246-4BA4-AE5B-76104861E7DC')).toBe('6d92078a-8246-4ba4-ae5b-76104861e7dc');
  });
});
