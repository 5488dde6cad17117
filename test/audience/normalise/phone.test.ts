/** Telephone numbers: the same answer with and without parsing, and what is no number. */
import fc from 'fast-check';
import { getCountries, getCountryCallingCode, getExampleNumber } from 'libphonenumber-js/max';
import examples from 'libphonenumber-js/mobile/examples';
import { normalisePhone, parsePhone, withoutPlus } from '../../../src/audience/normalise/phone';
import { isPlainlyPossible } from '../../../src/audience/normalise/phone-plans';

const COUNTRIES = getCountries();

const digits = (minLength: number, maxLength: number) =>
  fc.string({ unit: fc.constantFrom(...'0123456789'), minLength, maxLength });

/** Numbers near the ones that a country has: of its calling code, of the length of its example or about it. */
const likely = fc.constantFrom(...COUNTRIES).chain((country) => {
  const example = getExampleNumber(country, examples)?.nationalNumber ?? '5551234';
  return fc
    .record({ kept: fc.nat({ max: example.length }), rest: digits(0, 6) })
    .map(({ kept, rest }) => `+${getCountryCallingCode(country)}${example.slice(0, kept)}${rest}`);
});

describe('the quick look at a number', () => {
  it('agrees with parsing wherever it says yes, whatever the country of the contact', () => {
    const texts = fc.oneof(
      { weight: 5, arbitrary: likely },
      digits(5, 17).map((text) => `+${text}`),
    );
    fc.assert(
      fc.property(texts, fc.constantFrom(undefined, 'US', 'DE', 'AR', 'GB'), (text, country) => {
        if (isPlainlyPossible(text)) expect(parsePhone(text, country)).toBe(text);
        expect(normalisePhone(text, country)).toBe(parsePhone(text, country));
      }),
      { numRuns: 4000 },
    );
  });

  it('says yes to the example of nearly every country, or it would be of no use', () => {
    const numbers = COUNTRIES.flatMap((country) => getExampleNumber(country, examples)?.number ?? []);

    expect(numbers.length).toBeGreaterThan(200);
    expect(numbers.filter((number) => !isPlainlyPossible(number)).length).toBeLessThan(numbers.length / 10);
    for (const number of numbers) expect(normalisePhone(number)).toBe(number);
  });

  it.each([
    '',
    '+',
    '15559876543',
    '+0123456789',
    '+44 2079460018',
    '+4402079460018',
    '+1１５５５９８７６',
    '+99912345678',
  ])('says nothing of "%s"', (text) => expect(isPlainlyPossible(text)).toBe(false));
});

describe('normalisePhone', () => {
  it.each([
    ['+44 (0)20 7946 0018', undefined, '+442079460018'],
    ['+4402079460018', undefined, '+442079460018'],
    ['0044 20 7946 0018', 'JP', '+442079460018'],
    ['03-1234-5678', 'JP', '+81312345678'],
    ['090-1234-5678', 'jp', '+819012345678'],
    ['\u00A0+1 650 555 1212\u200B', undefined, '+16505551212'],
    ['1 650 555 1212', 'US', '+16505551212'],
    ['+16505551212', 'DE', '+16505551212'],
  ])('makes E.164 of %s (%s)', (text, country, expected) => {
    expect(normalisePhone(text, country)).toBe(expected);
  });

  it.each([
    ['650 555 1212', undefined],
    ['650 555 1212', 'XX'],
    ['555 987 6543', 'US'],
    ['12', 'US'],
    ['no number', 'US'],
    ['', 'US'],
    ['+1 650 555 12', undefined],
    ['+44 20 7946 0018 1234567', undefined],
  ])('refuses %s (%s)', (text, country) => {
    expect(normalisePhone(text, country)).toBeUndefined();
  });

  it('answers numbers of seven to fifteen digits and nothing else', () => {
    fc.assert(
      fc.property(fc.string(), fc.constantFrom(undefined, 'US', 'DE', 'AR'), (text, country) => {
        const number = normalisePhone(text, country);
        if (number !== undefined) expect(number).toMatch(/^\+[1-9]\d{6,14}$/);
      }),
    );
  });
});

describe('withoutPlus', () => {
  it('leaves code and digits', () => expect(withoutPlus('+442079460018')).toBe('442079460018'));
});
