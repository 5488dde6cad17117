import { maskText, quoteLine, quoteValue } from '../../src/config/quote';

describe('quoteValue', () => {
  it('quotes a text and names what is no text', () => {
    expect(['fast', 5, true, null, [1], [], { a: 1 }].map(quoteValue)).toEqual([
      '"fast"',
      '5',
      'true',
      'null',
      'a list',
      'an empty list',
      'a map',
    ]);
  });

  it('cuts a long text and keeps it on one line', () => {
    expect(quoteValue(`a\n${'b'.repeat(100)}`)).toBe(`"a ${'b'.repeat(57)}…"`);
  });
});

describe('maskText', () => {
  it.each([
    ['postgres://ada:s3/cr@t@db.example/shop', 'postgres://***@db.example/shop'],
    ['smtps://key:secret@relay:465', 'smtps://***@relay:465'],
    ['Corner Shop <news@shop.example>', 'Corner Shop <n***@shop.example>'],
    ['https://shop.example/a', 'https://shop.example/a'],
  ])('prints %s as %s', (text, masked) => {
    expect(maskText(text)).toBe(masked);
  });
});

describe('quoteLine', () => {
  it('writes a line that YAML reads back', () => {
    expect(quoteLine('rate', '50/s')).toBe('"rate: 50/s"');
    expect(quoteLine('formats', ['csv'])).toBe('"formats: [csv]"');
    expect(quoteLine('where', { consent: true })).toBe('"where: { consent: true }"');
    expect(quoteLine('asOf', '*')).toBe(`'asOf: "*"'`);
  });
});

it('shows the slot of an audience, which is no address, and still hides what looks alike', () => {
  expect(quoteValue('drama | fans/tea.a@2026-11-01T0630')).toBe('"drama | fans/tea.a@2026-11-01T0630"');
  expect(quoteValue('ann@2026-11-01.example')).toBe('"a***@2026-11-01.example"');
});
