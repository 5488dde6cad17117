/** Lists the names that other systems give to nightjar's columns, for guessing; letters and digits in lower case only. */
import type { ImportKind } from './column-mapping';
import { readAmount } from './decimals';
import { readCountry, readLocale, readTimeZone } from './places';
import {
  type Reader,
  readCount,
  readCurrency,
  readDeleted,
  readIsoTime,
  readLine,
  readNumber,
  readPrice,
  readText,
  readTime,
} from './values';

/** A column of nightjar's and how it is recognised. */
export interface KnownColumn {
  readonly name: string;
  readonly isRequired: boolean;
  /** Names elsewhere, the likeliest first. */
  readonly others: readonly string[];
  /** What a value must be; a guess that does not fit the first rows is none. */
  readonly read: Reader<unknown>;
}

const USER = words('userid customerid customer memberid subscriberid contactid clientid accountid personid uid user');
const ITEM = words('itemid productid product sku articleid articlenumber asin movieid variantid productcode item');

const readUrl: Reader<string> = (text) =>
  /^https?:\/\/\S+$/i.test(text) ? { value: text } : { expected: 'a URL', fix: 'write https://…' };
const readAddress: Reader<string> = (text) =>
  /^[^@\s]+@[^@\s]+$/.test(text) ? { value: text } : { expected: 'an address', fix: 'write name@shop.example' };

const column = (name: string, others: string, read: Reader<unknown>): KnownColumn => ({
  name,
  isRequired: false,
  others: words(others),
  read,
});
const required = (name: string, others: readonly string[], read: Reader<unknown>): KnownColumn => ({
  name,
  isRequired: true,
  others,
  read,
});

/** The columns of each kind; suppressions are too few to be guessed. */
export const KNOWN_COLUMNS: Readonly<Record<Exclude<ImportKind, 'suppressions'>, readonly KnownColumn[]>> = {
  contacts: [
    required('user_id', [...USER, 'id', 'externalid', 'key'], readLine),
    column('email', 'emailaddress mail mailaddress primaryemail', readAddress),
    column('first_name', 'firstname givenname forename fname first', readLine),
    column('last_name', 'lastname surname familyname lname last', readLine),
    column('locale', 'language lang preferredlanguage', readLocale),
    column('country', 'countrycode', readCountry),
    column('time_zone', 'timezone tz', readTimeZone),
    column('phone', 'phonenumber mobile telephone', readLine),
    column(
      'consent',
      'optin emailoptin optedin subscribed newsletter marketingconsent emailconsent acceptsmarketing acceptsemailmarketing',
      readLine,
    ),
    column('consent_at', 'optinat optindate subscribedat consentdate', readIsoTime),
    column('consent_source', 'optinsource signupsource', readLine),
    column('deleted', 'isdeleted deletedat', readDeleted),
  ],
  items: [
    required('item_id', [...ITEM, 'id', 'key'], readLine),
    required('title', words('name productname itemname producttitle displayname'), readText),
    column('url', 'link producturl permalink', readUrl),
    column('image', 'imageurl imagesrc imagelink picture thumbnail img', readUrl),
    column('price', 'unitprice variantprice saleprice', readAmount(readPrice)),
    column('currency', 'currencycode', readCurrency),
    column('categories', 'category genres genre producttype productcategory department', readText),
    column('stock', 'currentstock stockquantity quantity inventory inventoryquantity qty', readCount),
    column('created_at', 'createdat creationdate creationtimestamp publishedat releasedate created', readIsoTime),
    column('deleted', 'isdeleted deletedat', readDeleted),
  ],
  interactions: [
    required('user_id', USER, readLine),
    required('item_id', ITEM, readLine),
    required(
      'timestamp',
      words('eventtime time date datetime createdat occurredat orderedat orderdate eventdate purchasedat ts at'),
      readTime,
    ),
    column('event_type', 'event type action eventname', readLine),
    column('event_value', 'value rating amount price quantity', readAmount(readNumber)),
  ],
};

function words(text: string): readonly string[] {
  return text.split(' ');
}
