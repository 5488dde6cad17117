import fc from 'fast-check';
import { consentFor } from '../../src/job/attributes';
import type { Where } from '../../src/job/base-job';
import type { Contact } from '../../src/job/people';
import { explainWhere, matches } from '../../src/job/where';

const ADA: Contact = {
  userId: 'u1',
  email: 'ada@shop.example',
  locale: 'en-GB',
  country: 'GB',
  consent: true,
  consentAt: '2026-01-01T09:00:00Z',
  attributes: { plan: 'gold', spent: '120.5', vip: 'TRUE', joined: '2025-06-01', empty: '', odd: 'abc' },
};

const ask = (where: Where, contact: Contact = ADA) => matches(where, contact, 'nightly-picks');

describe('matches', () => {
  it.each<[Where, boolean]>([
    [{}, true],
    [{ plan: 'gold' }, true],
    [{ plan: 'Gold' }, false],
    [{ plan: ['silver', 'gold'] }, true],
    [{ plan: 'gold', locale: 'de' }, false],
    [{ locale: 'en' }, true],
    [{ locale: ['de', 'en-gb'] }, true],
    [{ locale: 'e' }, false],
    [{ country: 'gb' }, true],
    [{ user_id: 'u1' }, true],
    [{ vip: true }, true],
    [{ vip: false }, false],
    [{ spent: 120.5 }, true],
    [{ spent: { min: 120.5, max: 120.5 } }, true],
    [{ spent: { min: 121 } }, false],
    [{ spent: { max: 120 } }, false],
    [{ odd: { min: 0 } }, false],
    [{ joined: { after: '2025-06-01', before: '2025-06-02' } }, true],
    [{ joined: { before: '2025-06-01' } }, false],
    [{ consent_at: { after: '2026-01-01T10:00+01:00' } }, true],
    [{ plan: { not: 'silver' } }, true],
    [{ plan: { not: ['silver', 'gold'] } }, false],
    [{ plan: { exists: true, not: 'silver' } }, true],
    [{ none: 'x' }, false],
    [{ none: { min: 0 } }, false],
    [{ none: { before: '2030-01-01' } }, false],
    [{ none: { not: 'x' } }, true],
    [{ none: { exists: false } }, true],
    [{ none: { exists: true } }, false],
    [{ empty: { exists: false } }, true],
  ])('answers %j with %s', (where, answer) => {
    expect(ask(where)).toBe(answer);
  });

  it.each<[Contact['consent'], boolean]>([
    [true, true],
    [false, false],
    [undefined, false],
    [['nightly-picks', 'news'], true],
    [['news'], false],
    [[], false],
  ])('takes consent %j as consent for the topic: %s', (consent, answer) => {
    const { consent: _, ...rest } = ADA;
    const contact: Contact = consent === undefined ? rest : { ...rest, consent };

    expect(ask({ consent: true }, contact)).toBe(answer);
    expect(ask({ consent: false }, contact)).toBe(!answer);
    expect(ask({ consent: [true, false] }, contact)).toBe(true);
    expect(consentFor(contact, 'nightly-picks')).toBe(consent === undefined ? undefined : answer);
  });

  it('lets not hold exactly where the value itself does not', () => {
    fc.assert(
      fc.property(
        fc.constantFrom('plan', 'spent', 'vip', 'locale', 'none'),
        fc.oneof(fc.string(), fc.boolean(), fc.double()),
        (name, value) => {
          expect(ask({ [name]: { not: value } })).toBe(!ask({ [name]: value }));
        },
      ),
    );
  });
});

describe('explainWhere', () => {
  it('names the first attribute that does not hold', () => {
    expect(explainWhere({ plan: 'gold', country: 'DE', vip: false }, ADA, 't')).toBe('country');
    expect(explainWhere({ plan: 'gold' }, ADA, 't')).toBeUndefined();
  });
});
