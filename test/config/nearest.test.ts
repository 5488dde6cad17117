import fc from 'fast-check';
import { nearestName } from '../../src/config/nearest';

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
