/** Chooses the price that a contact is shown, in the currency of the contact where the catalogue has one in it. */
import type { Contact, Item } from '../job/people';

/** ISO 4217 → the countries that pay in it (ISO 3166-1 alpha-2). */
const COUNTRIES: Readonly<Record<string, string>> = {
  EUR: 'AT BE BG CY DE EE ES FI FR GR HR IE IT LT LU LV MT NL PT SI SK AD MC ME SM VA XK',
  USD: 'US PR GU VI AS EC SV PA TL',
  GBP: 'GB GG IM JE',
  CHF: 'CH LI',
  AUD: 'AU KI NR TV',
  NZD: 'NZ CK NU',
  DKK: 'DK FO GL',
  NOK: 'NO SJ',
  SEK: 'SE',
  ISK: 'IS',
  PLN: 'PL',
  CZK: 'CZ',
  HUF: 'HU',
  RON: 'RO',
  JPY: 'JP',
  CNY: 'CN',
  HKD: 'HK',
  TWD: 'TW',
  KRW: 'KR',
  SGD: 'SG',
  MYR: 'MY',
  THB: 'TH',
  IDR: 'ID',
  PHP: 'PH',
  VND: 'VN',
  INR: 'IN BT',
  AED: 'AE',
  SAR: 'SA',
  ILS: 'IL PS',
  TRY: 'TR',
  ZAR: 'ZA',
  EGP: 'EG',
  NGN: 'NG',
  CAD: 'CA',
  MXN: 'MX',
  BRL: 'BR',
  ARS: 'AR',
  CLP: 'CL',
  COP: 'CO',
};

const CURRENCIES: ReadonlyMap<string, string> = new Map(
  Object.entries(COUNTRIES).flatMap(([currency, countries]) =>
    countries.split(' ').map((country) => [country, currency] as const),
  ),
);

/** The currency of a contact: the attribute `currency`, else that of the country; undefined where neither says one. */
export function currencyOf(contact: Pick<Contact, 'attributes' | 'country'>): string | undefined {
  const own = contact.attributes.currency?.trim().toUpperCase();
  if (own !== undefined && /^[A-Z]{3}$/.test(own)) return own;
  return contact.country === undefined ? undefined : CURRENCIES.get(contact.country.toUpperCase());
}

/**
 * The price of an item for who pays in `currency`: the attribute `price_<currency>` (`price_jpy`, `price_JPY`) where the
 * catalogue has it, else the item's own price in its own currency. Nothing is converted.
 */
export function priceIn(item: Item, currency: string | undefined): Pick<Item, 'price' | 'currency'> {
  const own = {
    ...(item.price === undefined ? {} : { price: item.price }),
    ...(item.currency === undefined ? {} : { currency: item.currency }),
  };
  if (currency === undefined || currency === item.currency) return own;
  for (const key of [`price_${currency.toLowerCase()}`, `price_${currency}`]) {
    const text = Object.hasOwn(item.attributes, key) ? item.attributes[key] : undefined;
    const price = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
    if (Number.isFinite(price)) return { price, currency };
  }
  return own;
}
