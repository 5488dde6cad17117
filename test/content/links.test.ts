import fc from 'fast-check';
import { makeUnsubscribeToken, messageIdOf, signUnsubscribe, verifyUnsubscribe } from '../../src/content/links';

const SECRET = 'a secret';
const WHO = { userId: 'user-4711', list: 'nightly-picks' };

it('reads back whom a token unsubscribes, whatever the user id holds', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme' }), fc.string(), (userId, list) => {
      expect(verifyUnsubscribe(makeUnsubscribeToken({ userId, list }, SECRET), SECRET)).toEqual({ userId, list });
    }),
  );
});

it('makes the same link for the same user and list, and another for any other', () => {
  const link = (userId: string, list = WHO.list) =>
    signUnsubscribe({ secret: SECRET, publicUrl: 'https://shop.example/', userId, list });

  expect(link('u1')).toBe(link('u1'));
  expect(new Set([link('u1'), link('u2'), link('u1', 'other')]).size).toBe(3);
  expect(link('u1')).toMatch(/^https:\/\/shop\.example\/u\/[\w-]+$/);
});

it('shows nothing of the user in a token', () => {
  const bytes = Buffer.from(makeUnsubscribeToken(WHO, SECRET), 'base64url').toString('latin1');

  expect(bytes).not.toContain('4711');
  expect(bytes).not.toContain('picks');
});

it('takes no token that was changed in one place, cut, made longer, or made with another secret', () => {
  const token = makeUnsubscribeToken(WHO, SECRET);
  const bytes = Buffer.from(token, 'base64url');
  const changed = [...bytes.keys()].map((at) => {
    const copy = Buffer.from(bytes);
    copy[at] = (copy[at] ?? 0) ^ 1;
    return copy.toString('base64url');
  });

  for (const forged of [...changed, token.slice(0, -1), `${token}A`, `${token}=`, '', 'AQ']) {
    expect(verifyUnsubscribe(forged, SECRET)).toBeUndefined();
  }
  expect(verifyUnsubscribe(token, 'another secret')).toBeUndefined();
});

it('never throws on a token that a stranger wrote', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), (token) => {
      expect(verifyUnsubscribe(token, SECRET)).toBeUndefined();
    }),
  );
});

it('derives a Message-ID from run and user, unlike for any other pair', () => {
  const of = (run: string, userId: string) => messageIdOf({ run, userId, domain: 'shop.example' });

  expect(of('r', 'u')).toMatch(/^<[\da-f]{40}@shop\.example>$/);
  expect(of('r', 'u')).toBe(of('r', 'u'));
  expect(of('ab', 'c')).not.toBe(of('a', 'bc'));
});
