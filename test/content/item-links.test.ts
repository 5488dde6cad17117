/** Links of items: campaign parameters, and click links that lead where they were made to and nowhere else. */
import fc from 'fast-check';
import { createItemLinks, makeClickToken, verifyClick } from '../../src/content/item-links';
import { makeUnsubscribeToken, verifyUnsubscribe } from '../../src/content/links';
import type { LinkRules } from '../../src/job/email-job';

const SECRET = 'a secret of thirty-two characters';
const PARTS = {
  job: 'picks',
  runId: 'picks.2026-03-02',
  userId: 'u1',
  secret: SECRET,
  publicUrl: 'https://shop.example/',
};
const link = (rules: LinkRules, url: string) => createItemLinks({ ...PARTS, rules })?.linkTo(url, 'i1');
const UTM = { utm: { source: 'news letter', medium: 'email' }, clicks: false };

it('without rules nothing is done to links', () => {
  expect(createItemLinks({ ...PARTS, rules: undefined })).toBeUndefined();
});

it.each([
  ['https://shop.example/i/1', 'https://shop.example/i/1?utm_source=news+letter&utm_medium=email&utm_campaign=picks'],
  [
    'https://shop.example/i/1?size=m#top',
    'https://shop.example/i/1?size=m&utm_source=news+letter&utm_medium=email&utm_campaign=picks#top',
  ],
  [
    'https://shop.example/i/1?utm_campaign=own',
    'https://shop.example/i/1?utm_campaign=own&utm_source=news+letter&utm_medium=email',
  ],
  [
    'https://shop.example/i?flag&sig=a%20b%2Fc',
    'https://shop.example/i?flag&sig=a%20b%2Fc&utm_source=news+letter&utm_medium=email&utm_campaign=picks',
  ],
  ['not a url', 'not a url'],
  ['mailto:shop@shop.example', 'mailto:shop@shop.example'],
])('%s gets the parameters that it lacks', (url, expected) => {
  expect(link(UTM, url)).toBe(expected);
});

it('an address that no redirect could lead to is linked to as it is', () => {
  for (const url of ['not a url', 'https://', 'mailto:shop@shop.example'])
    expect(link({ clicks: true }, url)).toBe(url);
});

it('a click link hides who and what, and tells both to whoever has the secret', () => {
  const made = link({ ...UTM, clicks: true }, 'https://shop.example/i/1') ?? '';
  expect(made).toMatch(/^https:\/\/shop\.example\/c\/[\w-]+$/);
  expect(made).not.toContain('u1');
  const token = made.slice(made.lastIndexOf('/') + 1);
  expect(verifyClick(token, SECRET)).toEqual({
    runId: 'picks.2026-03-02',
    userId: 'u1',
    itemId: 'i1',
    url: 'https://shop.example/i/1?utm_source=news+letter&utm_medium=email&utm_campaign=picks',
  });
  expect(verifyClick(token, 'another secret')).toBeUndefined();
});

it('a token of one purpose never passes for another, nor one that leads to no web page', () => {
  expect(verifyClick(makeUnsubscribeToken({ userId: 'u1', list: 'picks' }, SECRET), SECRET)).toBeUndefined();
  const click = makeClickToken({ ...PARTS, itemId: 'i1', url: 'javascript:alert(1)' }, SECRET);
  expect(verifyClick(click, SECRET)).toBeUndefined();
  expect(verifyUnsubscribe(click, SECRET)).toBeUndefined();
});

it('no changed token leads anywhere', () => {
  const token = makeClickToken({ ...PARTS, itemId: 'i1', url: 'https://shop.example/' }, SECRET);
  fc.assert(
    fc.property(fc.nat(token.length - 1), fc.constantFrom(...'abcXYZ019-_'), (at, character) => {
      fc.pre(token[at] !== character);
      expect(verifyClick(`${token.slice(0, at)}${character}${token.slice(at + 1)}`, SECRET)).toBeUndefined();
    }),
  );
});
