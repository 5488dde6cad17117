import { readConsent } from '../../../src/run/import/consent';
import { readCountry, readLocale, readTimeZone } from '../../../src/run/import/places';
import {
  type Reader,
  readCount,
  readCurrency,
  readId,
  readIsoTime,
  readLine,
  readNumber,
  readPrice,
  readText,
  readTime,
} from '../../../src/run/import/values';

/** The value that a text is read as; `refused` where it is not. */
function reads<T>(reader: Reader<T>): (text: string) => T | 'refused' {
  return (text) => {
    const read = reader(text);
    return 'value' in read ? read.value : 'refused';
  };
}

const fixOf = <T>(reader: Reader<T>, text: string) => {
  const read = reader(text);
  return 'value' in read ? undefined : read.fix;
};

describe('reading values', () => {
  it('reads times as epoch seconds or ISO 8601 and gives UTC', () => {
    expect(
      ['1767225600', '1767225600.5', '0', '2026-01-01', '2026-01-01 09:00', '2026-01-01T09:00:00+09:00'].map(
        reads(readIsoTime),
      ),
    ).toEqual([
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T00:00:00.500Z',
      '1970-01-01T00:00:00.000Z',
      '2026-01-01T00:00:00.000Z',
      '2026-01-01T09:00:00.000Z',
      '2026-01-01T00:00:00.000Z',
    ]);
    expect(['31.01.2026', '1.2.2026 8:05', '31.12.2026 23:59:58'].map(reads(readIsoTime))).toEqual([
      '2026-01-31T00:00:00.000Z',
      '2026-02-01T08:05:00.000Z',
      '2026-12-31T23:59:58.000Z',
    ]);
    expect(['31.02.2026', '12.31.2026', '1.2.26', '1.2.2026 8:5', '1.2.2026 25:00'].map(reads(readTime))).toEqual(
      Array.from({ length: 5 }, () => 'refused'),
    );
    expect(reads(readTime)('1850-06-01')).toBe(Date.UTC(1850, 5, 1));
  });

  it('refuses times that are something else: days without hyphens, milliseconds, days that do not exist', () => {
    const texts = [
      '20260131',
      '1767225600000',
      '2026-02-30',
      '2026-01-01T25:00',
      '01/02/2026',
      '-5',
      '1e9',
      '0000-01-01',
      'soon',
      '9999-12-31T23:00-05:00',
    ];
    expect(texts.filter((text) => reads(readTime)(text) !== 'refused')).toEqual([]);
    expect(fixOf(readTime, '20260131')).toBe('write 2026-01-31');
    expect(fixOf(readTime, '1767225600000')).toBe('divide milliseconds by 1000');
  });

  it('reads numbers, and refuses those that a person or a program wrote otherwise', () => {
    expect(
      ['12.50', '-3', '+4', '.5', '1e3', '12,50', '1,234.5', 'NaN', '0x10', 'Infinity', '1e999', '12 €'].map(
        reads(readNumber),
      ),
    ).toEqual([12.5, -3, 4, 0.5, 1000, 'refused', 'refused', 'refused', 'refused', 'refused', 'refused', 'refused']);
    expect(fixOf(readNumber, '12,50')).toBe('write 12.50');
    expect(['0', '-0.01'].map(reads(readPrice))).toEqual([0, 'refused']);
    expect(['0', '12', '12.0', '12.5', '-1', '1e3', '99999999999999999999'].map(reads(readCount))).toEqual([
      0,
      12,
      12,
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
    expect(['eur', 'JPY', 'euro', '€', 'EU'].map(reads(readCurrency))).toEqual([
      'EUR',
      'JPY',
      'refused',
      'refused',
      'refused',
    ]);
  });

  it('reads ids up to 256 characters', () => {
    expect(['u1', 'x'.repeat(256), 'x'.repeat(257), 'a\tb', 'a\u0000'].map(reads(readId))).toEqual([
      'u1',
      'x'.repeat(256),
      'refused',
      'refused',
      'refused',
    ]);
  });

  it('refuses what can not be stored or was not UTF-8, and keeps line breaks only where they may be', () => {
    const texts = [
      'plain 東京 😀',
      'two\r\nlines',
      'bell\u0007',
      'nul\u0000',
      'half \ud83d',
      'Kr\ufffdger',
      'next\u0085line',
    ];
    expect(texts.map(reads(readLine)).map((value) => value !== 'refused')).toEqual([
      true,
      false,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(texts.map(reads(readText)).map((value) => value !== 'refused')).toEqual([
      true,
      true,
      false,
      false,
      false,
      false,
      false,
    ]);
    expect(fixOf(readText, 'Kr\ufffdger')).toContain('UTF-8');
  });

  it('writes locales canonically and refuses languages that do not exist', () => {
    expect(['en', 'de_at', 'DE-de', 'zh-hant-tw', 'iw', 'english', 'xx', 'de-', 'C'].map(reads(readLocale))).toEqual([
      'en',
      'de-AT',
      'de-DE',
      'zh-Hant-TW',
      'he',
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
  });

  it('writes countries in capitals, by their ISO code', () => {
    expect(['DE', 'jp', 'uk', 'XK', 'ZZ', 'QX', 'DEU', 'Germany', '49'].map(reads(readCountry))).toEqual([
      'DE',
      'JP',
      'GB',
      'XK',
      'refused',
      'refused',
      'refused',
      'refused',
      'refused',
    ]);
  });

  it('knows IANA time zones, and suggests the nearest', () => {
    expect(
      ['Asia/Tokyo', 'asia/tokyo', 'UTC', 'Asia/Calcutta', 'Asia/Kolkata', '+09:00', 'JST', 'Mars/Base'].map(
        reads(readTimeZone),
      ),
    ).toEqual(['Asia/Tokyo', 'Asia/Tokyo', 'UTC', 'Asia/Calcutta', 'Asia/Kolkata', 'refused', 'refused', 'refused']);
    expect(fixOf(readTimeZone, 'Europe/Berlim')).toBe('write Europe/Berlin, or leave it empty');
  });

  it('takes consent as true, false or topics, and no other word for yes or no', () => {
    const read = (text: string) => reads((parts: string) => readConsent(parts.split('|')))(text);
    expect(['true', 'FALSE', 'news', 'news|offers|news', 'Neuheiten 2026'].map(read)).toEqual([
      true,
      false,
      ['news'],
      ['news', 'offers'],
      ['Neuheiten 2026'],
    ]);
    const refused = [
      'yes',
      'No',
      '1',
      '0',
      'y',
      'null',
      'true|news',
      'news|',
      '|',
      'on',
      '-',
      'Opt-In',
      'ja',
      'WAHR',
      'faux',
    ];
    expect(refused.filter((text) => read(text) !== 'refused')).toEqual([]);
  });
});
