import fc from 'fast-check';
import { createAdmission, createFormatAdmission } from '../../src/audience/admission';
import { isMinor } from '../../src/audience/minors';
import type { Contact } from '../../src/job/people';
import { pageOf } from './page-of';

const DAY = '2026-11-28';

const contactOf = (fields: Partial<Contact> = {}): Contact => ({ userId: 'u1', attributes: {}, ...fields });
const admit = (
  fields: Partial<Contact>,
  rule: Partial<Parameters<typeof createAdmission>[0]> = {},
  suppression?: string,
) =>
  createAdmission({ where: { consent: true }, topic: 'ads', slot: DAY, ...rule })(
    pageOf([contactOf(fields)], suppression === undefined ? undefined : new Map([[0, suppression]])),
    0,
  );

describe('createAdmission', () => {
  it.each([
    [{ consent: true }, undefined],
    [{ consent: ['ads'] }, undefined],
    [{ consent: ['news'] }, 'no_consent'],
    [{ consent: false }, 'no_consent'],
    [{}, 'no_consent'],
    [{ consent: true, attributes: { age: '17' } }, 'minor'],
    [{ consent: true, attributes: { birth_date: 'last spring' } }, 'birth_date_unclear'],
  ])('tells of %j: %j', (fields, reason) => {
    expect(admit(fields)).toBe(reason);
  });

  it('leaves an explicit refusal out, whatever where says, and takes who never said where it says so', () => {
    const where = { consent: [true, false] };
    expect(admit({ consent: false }, { where })).toBe('no_consent');
    expect(admit({}, { where })).toBeUndefined();
  });

  it('asks for attributes first, and tells a suppression with its reason', () => {
    expect(admit({ consent: false }, { where: { consent: true, plan: 'gold' } })).toBe('not_matched');
    expect(admit({ consent: true }, {}, 'unsubscribe')).toBe('suppressed_unsubscribe');
  });

  it('takes ages on the day of the slot', () => {
    const fields = { consent: true, attributes: { birth_date: '2008-11-29' } };
    expect(admit(fields, { slot: '2026-11-28T0600' })).toBe('minor');
    expect(admit(fields, { slot: '2026-11-29T0600' })).toBeUndefined();
  });
});

describe('isMinor', () => {
  it.each([
    [{ minor: 'TRUE' }, true],
    [{ minor: 'false' }, false],
    [{ age: '18' }, false],
    [{ age: '17.9' }, true],
    [{ age: '' }, false],
    [{ birth_date: '2008-11-28' }, false],
    [{ birth_date: '2008-11-29T00:00:00Z' }, true],
    [{ birth_date: '2/16/1997' }, false],
    [{ birth_date: '31.12.2007' }, false],
    [{ birth_date: '01.01.2008' }, true],
    [{ birth_date: '2008' }, true],
    [{ birth_date: '19970216' }, false],
    [{ birth_date: '20081129' }, true],
    [{ birth_date: '16/2/97' }, 'unclear'],
    [{ birth_date: '16/2/97', minor: 'yes' }, true],
    [{ birth_date: '1990-01-01', age: '12' }, true],
    [{}, false],
  ])('says of %j: %j', (attributes, answer) => {
    expect(isMinor(attributes, DAY)).toBe(answer);
  });

  it('agrees with the calendar on every pair of days', () => {
    const day = fc.date({ min: new Date('1950-01-01'), max: new Date('2030-12-31'), noInvalidDate: true });
    fc.assert(
      fc.property(day, day, (born, on) => {
        const fullAge = Date.UTC(born.getUTCFullYear() + 18, born.getUTCMonth(), born.getUTCDate());
        const [bornText, onText] = [born, on].map((date) => date.toISOString().slice(0, 10));
        expect(isMinor({ birth_date: bornText ?? '' }, onText ?? '')).toBe(Date.parse(onText ?? '') < fullAge);
      }),
    );
  });
});

describe('createFormatAdmission', () => {
  const refuse = createFormatAdmission(['ad_user_data', 'ad_personalization']);

  it.each([
    [['ad_user_data', 'ad_personalization', 'news'], undefined],
    [['ad_user_data'], 'no_consent_ad_personalization'],
    [['ad_personalization'], 'no_consent_ad_user_data'],
    [true, 'no_consent_ad_user_data'],
    [undefined, 'no_consent_ad_user_data'],
  ])('tells of %j: %j', (consent, reason) => {
    expect(refuse(pageOf([contactOf(consent === undefined ? {} : { consent })]), 0)).toBe(reason);
  });

  it('refuses nobody where the format demands nothing', () => {
    expect(createFormatAdmission([])(pageOf([contactOf()]), 0)).toBeUndefined();
  });
});
