import fc from 'fast-check';
import { createLanguageChooser } from '../../src/content/languages';
import { directionOf, languageOf, matchLocale, pickLocalised } from '../../src/content/locale';
import { compileTemplate } from '../../src/content/template';
import { contextOf, FOOTER, refusalOf } from './support/mail-context';

const files = (html: string, more: Readonly<Record<string, string>> = {}) => ({
  name: 'picks',
  files: { 'subject.hbs': 'x', 'body.html.hbs': `${html}|${FOOTER}`, 'body.text.hbs': FOOTER, ...more },
});

describe('the nearest language', () => {
  it.each([
    ['de-AT', ['en', 'de'], 'de'],
    ['de', ['en', 'de-AT'], 'de-AT'],
    ['zh-TW', ['zh', 'zh-Hant'], 'zh-Hant'],
    ['zh-HK', ['zh', 'zh-TW'], 'zh-TW'],
    ['zh-Hant', ['zh'], 'zh'],
    ['zh-CN', ['zh-Hant', 'zh-Hans'], 'zh-Hans'],
    ['pt-BR', ['en', 'pt-PT'], 'pt-PT'],
    ['sr-Latn', ['sr', 'sr-Latn-RS'], 'sr-Latn-RS'],
    ['no', ['sv', 'nb'], 'nb'],
    ['nn-NO', ['nb'], 'nb'],
    ['fr', ['en', 'de'], undefined],
    ['fr', [], undefined],
  ])('of %s among %j is %s', (locale, available, expected) => {
    expect(matchLocale(locale, available)).toBe(expected);
  });

  it('is always one of those that there are', () => {
    const tag: fc.Arbitrary<string> = fc.constantFrom(
      'en',
      'en-GB',
      'de-AT',
      'zh',
      'zh-Hant',
      'zh-TW',
      'ar',
      'sr-Latn',
      'nb',
      'nn',
      'no',
      'pt-BR',
    );
    fc.assert(
      fc.property(tag, fc.uniqueArray(tag), (locale, available) => {
        const found = matchLocale(locale, available);
        expect(found === undefined || available.includes(found)).toBe(true);
        if (available.includes(locale)) expect(found).toBe(locale);
      }),
    );
  });

  it.each([
    ['de-AT', undefined, 'de-AT'],
    ['fr-FR', undefined, 'en'],
    [undefined, undefined, 'en'],
    ['not a tag', undefined, 'en'],
    ['fr-FR', ['ja', 'en'], 'ja'],
    ['de', ['ja', 'en'], 'ja'],
    ['en-GB', ['ja', 'en'], 'en-GB'],
  ])('is that of the content for %s, where a job names %j', (locale, named, expected) => {
    expect(createLanguageChooser({ written: ['de', 'en', 'ja'], named })(locale)).toBe(expected);
  });

  it('is the own one where a template has no texts', () => {
    expect(createLanguageChooser({ written: [] })('fr_ca')).toBe('fr-CA');
  });
});

describe('a job that names languages', () => {
  it('falls back in its order, for single texts too', async () => {
    const strings = {
      'strings.en.yaml': 'a: EN\nb: EN',
      'strings.de.yaml': 'a: DE\nb: DE',
      'strings.ja.yaml': 'a: JA',
    };
    const template = await compileTemplate(files('{{t "a"}} {{t "b"}}', strings), { locales: ['de', 'ja'] });
    const render = (locale: string) => {
      const chosen = template.chooseLocale(locale);
      return template.render(contextOf({ locale }, { locale: chosen })).html.split('|')[0];
    };

    expect([render('ja'), render('de-AT'), render('en')]).toEqual(['JA DE', 'DE DE', 'DE DE']);
    expect(template.remarks).toEqual(['texts that strings.ja.yaml lacks: b']);
  });

  it('is refused where one has no texts', async () => {
    const strings = { 'strings.en.yaml': 'a: EN' };

    expect(await refusalOf(files('{{t "a"}}', strings), { locales: ['fr'], jobFile: 'jobs/a.yaml' })).toMatchObject({
      code: 'E_TEMPLATE_MISSING',
      where: { file: 'jobs/a.yaml', step: 'content.locales' },
      fix: 'add templates/picks/strings.fr.yaml',
    });
    expect(await refusalOf(files('{{t "a"}}', strings), { locales: ['enn'] })).toMatchObject({
      fix: 'write "en" instead of "enn", or add templates/picks/strings.enn.yaml',
    });
  });
});

it('is written from right to left where it is', () => {
  expect(['en', 'ar-EG', 'he', 'fa', 'ur', 'ku-Arab', 'az', 'ja'].map(directionOf)).toEqual([
    'ltr',
    'rtl',
    'rtl',
    'rtl',
    'rtl',
    'rtl',
    'ltr',
    'ltr',
  ]);
});

describe('time and money of a contact', () => {
  const show = async (
    html: string,
    contact: Parameters<typeof contextOf>[0],
    more: Parameters<typeof contextOf>[1] = {},
  ) => (await compileTemplate(files(html))).render(contextOf(contact, more)).html.split('|')[0];
  const at = [{ itemId: 'i', title: 't', createdAt: '2026-11-24T23:30:00.000Z', categories: [], attributes: {} }];
  const when = '{{date items.0.createdAt style="short"}} {{time items.0.createdAt}} {{date slot style="short"}}';

  it.each([
    ['Asia/Tokyo', undefined, '25.11.26 08:30 24.11.26'],
    [undefined, 'Europe/Berlin', '25.11.26 00:30 24.11.26'],
    ['Mars/Olympus', undefined, '24.11.26 23:30 24.11.26'],
  ])('is that of the zone %s, else the job’s %s, else UTC', async (timeZone, ofJob, expected) => {
    const contact = { locale: 'de', ...(timeZone === undefined ? {} : { timeZone }) };

    expect(await show(when, contact, { items: at, timeZone: ofJob })).toBe(expected);
  });

  const priced = [
    {
      itemId: 'i',
      title: 't',
      price: 10,
      currency: 'EUR',
      categories: [],
      attributes: { price_jpy: '1600', price_USD: 'x' },
    },
  ];
  it.each([
    [{ country: 'JP' }, '¥1,600'],
    [{ country: 'DE', attributes: { currency: 'jpy' } }, '¥1,600'],
    [{ country: 'US' }, '€10.00'],
    [{ country: 'DE' }, '€10.00'],
    [{}, '€10.00'],
  ])('is the price that the catalogue has for %j', async (contact, expected) => {
    expect(await show('{{money items.0.price items.0.currency}}', contact, { items: priced })).toBe(expected);
  });

  it('makes paths of the catalogue whole, and nothing else', async () => {
    const items = (url: string) => [{ itemId: 'i', title: 't', url, image: url, categories: [], attributes: {} }];

    expect(await show('{{items.0.url}} {{items.0.image}}', {}, { items: items('/a') })).toBe(
      'https://shop.example/a https://shop.example/a',
    );
    expect(await show('[{{items.0.url}}]', {}, { items: items('//evil.example/a') })).toBe('[]');
  });
});

describe('texts of a region that is written in another script', () => {
  const strings = {
    'strings.en.yaml': 'a: EN',
    'strings.zh.yaml': 'a: SIMPLE\nb: B',
    'strings.zh-Hant.yaml': 'a: TRADITIONAL',
  };

  it.each([
    ['zh-TW', 'TRADITIONAL B'],
    ['zh-HK', 'TRADITIONAL B'],
    ['zh-CN', 'SIMPLE B'],
    ['zh-u-nu-latn', 'SIMPLE B'],
  ])('of %s are in that script before any other', async (locale, expected) => {
    const template = await compileTemplate(files('{{t "a"}} {{t "b"}}', strings));
    const chosen = template.chooseLocale(locale);

    expect(template.render(contextOf({ locale }, { locale: chosen })).html.split('|')[0]).toBe(expected);
  });

  it('are so in the catalogue', () => {
    const attributes = { title_zh: 'SIMPLE', 'title_zh-Hant': 'TRADITIONAL' };

    expect(pickLocalised(attributes, 'title', 'zh-TW')).toBe('TRADITIONAL');
    expect(pickLocalised(attributes, 'title', 'zh-CN')).toBe('SIMPLE');
    expect(pickLocalised({ title_zh: 'SIMPLE' }, 'title', 'zh-TW')).toBe('SIMPLE');
    expect(pickLocalised({ title_de: 'DE', title_de_at: 'AT' }, 'title', 'de-AT')).toBe('AT');
  });
});

it('tells languages of three letters from those of two', () => {
  expect(['fil-PH', 'fi', 'de_AT', 'ZH-Hant-TW', undefined].map(languageOf)).toEqual(['fil', 'fi', 'de', 'zh', '']);
});
