/** What a template can name: the contact, the items, the job and the sender of one e-mail. */
import type { ParamValues } from '../job/params';
import type { Contact, Item } from '../job/people';
import { isTimeZone } from './formats';
import { DEFAULT_LOCALE, directionOf, pickLocalised, readLocale } from './locale';
import { currencyOf, priceIn } from './prices';

/** A contact as templates see it; texts that the contact lacks are undefined and print as nothing. */
export interface ContentContact {
  readonly userId: string;
  readonly email: string;
  readonly firstName: string | undefined;
  readonly lastName: string | undefined;
  /** First and last name in the order of the contact's language; undefined where both are missing. */
  readonly name: string | undefined;
  readonly locale: string | undefined;
  readonly country: string | undefined;
  readonly timeZone: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** An item as templates see it, its texts in the contact's language. */
export interface ContentItem {
  readonly itemId: string;
  readonly title: string;
  /** The attribute `description`, or `description_<lang>`. */
  readonly description: string | undefined;
  /** http or https; any other scheme is left out. */
  readonly url: string | undefined;
  /** http, https or a data URI of an image; any other scheme is left out. */
  readonly image: string | undefined;
  readonly price: number | undefined;
  readonly currency: string | undefined;
  readonly categories: readonly string[];
  readonly stock: number | undefined;
  readonly createdAt: string | undefined;
  readonly attributes: Readonly<Record<string, string>>;
}

/** A further list of items in an e-mail. */
export interface ContentSection {
  readonly name: string;
  /** As the job says, else the theme; undefined where there is neither. */
  readonly title: string | undefined;
  readonly theme: string | undefined;
  readonly because: ContentItem | undefined;
  /** At least one. */
  readonly items: readonly ContentItem[];
}

export interface MailContext {
  readonly contact: ContentContact;
  /** In the order of the slate. */
  readonly items: readonly ContentItem[];
  /** What the contact has bought, with which `items` go; undefined where they have another reason. */
  readonly because: ContentItem | undefined;
  /** What Personalize calls `items` together. */
  readonly theme: string | undefined;
  /** By name, in the order of the job; those that have items to show. */
  readonly sections: Readonly<Record<string, ContentSection>>;
  readonly job: { readonly name: string };
  /** The values of the job's params. */
  readonly params: ParamValues;
  readonly unsubscribeUrl: string;
  readonly sender: { readonly name: string; readonly postalAddress: string };
  readonly publicUrl: string;
  /** The language of the content: BCP 47, always set. */
  readonly locale: string;
  /** Which way that language is written. */
  readonly dir: 'ltr' | 'rtl';
  /** The contact's time zone, else the job's, else UTC: an IANA name. */
  readonly timeZone: string;
  /** What `preheader.hbs` gives, one line; empty where there is none, and while it is made. */
  readonly preheader: string;
  /** `YYYY-MM-DD` or `YYYY-MM-DDTHHmm`. */
  readonly slot: string;
}

/** The three texts of one e-mail; the subject is one line. */
export interface RenderedMail {
  readonly subject: string;
  readonly html: string;
  readonly text: string;
}

/** Languages that write the family name first. */
const FAMILY_NAME_FIRST: ReadonlySet<string> = new Set(['ja', 'zh', 'ko', 'hu', 'vi']);

/** Joins first and last name in the order of the contact's language; undefined where both are missing. */
export function nameContact(contact: Pick<Contact, 'firstName' | 'lastName' | 'locale'>): string | undefined {
  const language = readLocale(contact.locale)?.split('-')[0] ?? DEFAULT_LOCALE;
  const parts = [contact.firstName, contact.lastName].filter((part) => part !== undefined && part.trim() !== '');
  const name = (FAMILY_NAME_FIRST.has(language) ? parts.reverse() : parts).join(' ');
  return name === '' ? undefined : name;
}

/** Turns a contact into what templates see of it; the address as it was imported, empty where there is none. */
export function describeContact(contact: Contact): ContentContact {
  return {
    userId: contact.userId,
    email: contact.email ?? '',
    firstName: contact.firstName,
    lastName: contact.lastName,
    name: nameContact(contact),
    locale: contact.locale,
    country: contact.country,
    timeZone: contact.timeZone,
    attributes: contact.attributes,
  };
}

/** For whom an item is described. */
export interface Reader {
  readonly locale: string;
  /** ISO 4217; undefined shows each price as the catalogue has it. */
  readonly currency?: string | undefined;
  /** What paths of the catalogue (`/items/1`) are relative to. */
  readonly publicUrl?: string;
  /** Turns the address of an item into what is linked to. */
  readonly linkTo?: ((url: string, itemId: string) => string) | undefined;
}

/** What of an item is the same for all readers of a language, a currency and a shop. */
const described = new WeakMap<Item, Map<string, ContentItem>>();
const KEPT_READERS = 100;

/** Turns an item into what templates see of it: title and description in the reader's language (attributes `title_<lang>`), the price in the reader's currency (`priceIn`), links absolute. */
export function describeItem(item: Item, reader: Reader): ContentItem {
  const known = described.get(item) ?? new Map<string, ContentItem>();
  const key = `${reader.locale} ${reader.currency} ${reader.publicUrl}`;
  const shown = known.get(key) ?? describeFor(item, reader);
  if (known.size >= KEPT_READERS) known.clear();
  described.set(item, known.set(key, shown));
  const { linkTo } = reader;
  return linkTo === undefined || shown.url === undefined ? shown : { ...shown, url: linkTo(shown.url, item.itemId) };
}

function describeFor(item: Item, { locale, currency, publicUrl }: Omit<Reader, 'linkTo'>): ContentItem {
  const shown = priceIn(item, currency);
  return {
    itemId: item.itemId,
    title: pickLocalised(item.attributes, 'title', locale) ?? item.title,
    description: pickLocalised(item.attributes, 'description', locale) ?? item.attributes.description,
    url: keepScheme(absoluteUrl(item.url, publicUrl), /^https?:\/\//i),
    image: keepScheme(absoluteUrl(item.image, publicUrl), /^(https?:\/\/|data:image\/)/i),
    price: shown.price,
    currency: shown.currency,
    categories: item.categories,
    stock: item.stock,
    createdAt: item.createdAt,
    attributes: item.attributes,
  };
}

/** Puts the shop's address before a path that begins with one slash; anything else stays. */
export function absoluteUrl(url: string | undefined, publicUrl: string | undefined): string | undefined {
  if (url === undefined || publicUrl === undefined || !/^\/(?!\/)/.test(url.trim())) return url;
  return `${publicUrl.replace(/\/+$/, '')}${url.trim()}`;
}

/** Drops links of another scheme: a catalogue must not be able to put `javascript:` into a mail. */
function keepScheme(url: string | undefined, scheme: RegExp): string | undefined {
  return url !== undefined && scheme.test(url.trim()) ? url.trim() : undefined;
}

/** A list of items to show, and why they are together. */
export interface ShownSection {
  readonly items: readonly Item[];
  readonly because?: Item | undefined;
  readonly theme?: string | undefined;
}

export interface ContextParts extends ShownSection {
  readonly contact: Contact;
  /** By name, in the order of the job; those that have items. */
  readonly sections?: Readonly<Record<string, ShownSection & { readonly title?: string | undefined }>> | undefined;
  readonly job: { readonly name: string; readonly params?: ParamValues };
  readonly unsubscribeUrl: string;
  readonly sender: { readonly name: string; readonly postalAddress: string };
  readonly publicUrl: string;
  readonly slot: string;
  /** The language of the content, `CompiledTemplate.chooseLocale`; the contact's own where left out, else `en`. */
  readonly locale?: string;
  /** The job's time zone, for contacts without one. */
  readonly timeZone?: string | undefined;
  readonly linkTo?: Reader['linkTo'];
}

/** Builds the context of one e-mail. Keeps the order of the items. */
export function buildContext(parts: ContextParts): MailContext {
  const locale = parts.locale ?? readLocale(parts.contact.locale) ?? DEFAULT_LOCALE;
  const { publicUrl, linkTo } = parts;
  const reader = { locale, currency: currencyOf(parts.contact), publicUrl, linkTo };
  return {
    contact: describeContact(parts.contact),
    ...describeShown(parts, reader),
    sections: Object.fromEntries(
      Object.entries(parts.sections ?? {}).map(([name, { title, ...shown }]) => [
        name,
        { name, title: title ?? shown.theme, ...describeShown(shown, reader) },
      ]),
    ),
    job: { name: parts.job.name },
    params: parts.job.params ?? {},
    unsubscribeUrl: parts.unsubscribeUrl,
    sender: { name: parts.sender.name, postalAddress: parts.sender.postalAddress },
    publicUrl: parts.publicUrl,
    locale,
    dir: directionOf(locale),
    timeZone: [parts.contact.timeZone, parts.timeZone].find(isTimeZone) ?? 'UTC',
    preheader: '',
    slot: parts.slot,
  };
}

function describeShown({ items, because, theme }: ShownSection, reader: Reader) {
  return {
    items: items.map((item) => describeItem(item, reader)),
    because: because === undefined ? undefined : describeItem(because, reader),
    theme,
  };
}
