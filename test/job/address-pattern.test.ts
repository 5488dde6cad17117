/** Address patterns: what they match, and what is none. */
import fc from 'fast-check';
import { createAddressRule, isOneAddress, parseAddressPattern } from '../../src/job/address-pattern';

it.each([
  ['me@shop.example', 'me@shop.example', true],
  ['me@shop.example', 'ME@Shop.Example', true],
  ['Me@Shop.example', 'me@shop.example', true],
  ['me@shop.example', 'you@shop.example', false],
  ['me@shop.example', 'me@shop.example.evil.example', false],
  ['*@shop.example', 'anybody+tag@SHOP.example', true],
  ['*@shop.example', 'anybody@mail.shop.example', false],
  ['*@shop.example', 'anybody@myshop.example', false],
  ['*@shop.example', 'anybody@shop.example@evil.example', false],
  ['*@*.shop.example', 'anybody@mail.shop.example', true],
  ['*@*.shop.example', 'anybody@a.b.shop.example', true],
  ['*@*.shop.example', 'anybody@shop.example', false],
  ['*@*.shop.example', 'anybody@myshop.example', false],
  ['*@*.internal', 'anybody@mail.internal', true],
  ['*@münchen.example', 'a@xn--mnchen-3ya.example', true],
  ['*@xn--mnchen-3ya.example', 'a@MÜNCHEN.example', true],
  ['*@shop.example', '@shop.example', false],
  ['*@shop.example', 'shop.example', false],
])('%s and %s: %s', (pattern, address, matches) => {
  expect(createAddressRule([pattern])(address)).toBe(matches);
});

it.each([
  '',
  '*',
  '*@*',
  '*@',
  '@shop.example',
  'shop.example',
  '*.shop.example',
  'news*@shop.example',
  'me@*.shop.example',
  '*@shop.*',
  '*@*.*.example',
  '*@example',
  '*@shop..example',
  '*@.shop.example',
  '*@-shop.example',
  '*@shop.example/x',
  'a b@shop.example',
  'a@b@shop.example',
  `*@${'a'.repeat(64)}.example`,
])('"%s" is no pattern, and matches nothing', (text) => {
  expect(parseAddressPattern(text)).toBeUndefined();
  expect(createAddressRule([text])('a@shop.example')).toBe(false);
});

it('any of the patterns is enough, and none of them nobody', () => {
  const rule = createAddressRule(['me@other.example', '*@shop.example']);
  expect(['me@other.example', 'a@shop.example', 'b@other.example'].map(rule)).toEqual([true, true, false]);
  expect(createAddressRule([])('a@shop.example')).toBe(false);
});

it('tells one address from many', () => {
  expect(
    ['me@shop.example', '*@shop.example', '*@*.shop.example', '*'].map(parseAddressPattern).map(isOneAddress),
  ).toEqual([true, false, false, false]);
});

it('a domain pattern never matches another domain, whatever the address', () => {
  const rule = createAddressRule(['*@shop.example']);
  const parts = fc.array(fc.constantFrom('@', '.', 'shop', 'example', 'Shop.Example', 'a', '*', ' ', 'ß', '\u0000'));
  fc.assert(
    fc.property(parts, (words) => {
      const address = words.join('');
      if (!rule(address)) return;
      expect(
        address
          .slice(address.lastIndexOf('@') + 1)
          .trim()
          .toLowerCase(),
      ).toBe('shop.example');
    }),
    { numRuns: 2000 },
  );
});

it('a long text is no pattern, and matches none', () => {
  const long = `${'a-'.repeat(200_000)}@${'a.'.repeat(200_000)}example`;
  expect(parseAddressPattern(long)).toBeUndefined();
  expect(createAddressRule(['*@*.shop.example', 'me@shop.example'])(long)).toBe(false);
});
