import fc from 'fast-check';
import { listNames, misspeltName, nearestName } from '../../src/config/nearest';

const KEYS = ['from', 'rate', 'items', 'template', 'users', 'to'];

describe('nearestName', () => {
  it.each([
    ['form', 'from'],
    ['raet', 'rate'],
    ['item', 'items'],
    ['tempalte', 'template'],
    ['Rate', 'rate'],
    ['usres', 'users'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, KEYS)).toBe(meant);
  });

  it.each(['window', 'at', 'x', '', 'templates-of-mine'])('finds nothing near %p', (typed) => {
    expect(nearestName(typed, KEYS)).toBeUndefined();
  });

  it('finds nothing for a name that is known', () => {
    expect(nearestName('to', KEYS)).toBeUndefined();
  });

  it('finds a long name again after any one deletion', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[a-z]{6,12}$/), fc.nat(), (name, at) => {
        const typed = name.slice(0, at % name.length) + name.slice((at % name.length) + 1);
        expect(nearestName(typed, [name])).toBe(name);
      }),
    );
  });
});

describe('nearestName, by more than spelling', () => {
  const FORMATS = ['csv', 'meta', 'google-ads', 'microsoft', 'partner'];
  const SYNONYMS = new Map([
    ['facebook', 'meta'],
    ['bing-ads', 'microsoft'],
    ['x', 'twitter'],
  ]);

  it.each([
    ['google', 'google-ads'],
    ['GoogleAds', 'google-ads'],
    ['meta-ads', 'meta'],
    ['micro', 'microsoft'],
    ['Facebook', 'meta'],
    ['bing_ads', 'microsoft'],
  ])('takes %s for %s', (typed, meant) => {
    expect(nearestName(typed, FORMATS, SYNONYMS)).toBe(meant);
  });

  it.each(['lake', 'x', 'ads-of-ours', 'me'])('finds nothing near %p', (typed) => {
    expect(nearestName(typed, FORMATS, SYNONYMS)).toBeUndefined();
  });

  it('does not guess between two that fit as well', () => {
    expect(nearestName('google', ['google-ads', 'google-sheets'])).toBeUndefined();
  });

  it('leaves words out where the spelling alone decides', () => {
    expect(misspeltName('google', FORMATS)).toBeUndefined();
    expect(misspeltName('patner', FORMATS)).toBe('partner');
  });
});

it('lists the first names, and how many more there are', () => {
  expect(listNames(['a', 'b'])).toBe('a, b');
  expect(listNames(Array.from({ length: 14 }, (_, n) => `n${n}`))).toBe(
    'n0, n1, n2, n3, n4, n5, n6, n7, n8, n9, n10, n11 and 2 more',
  );
});
