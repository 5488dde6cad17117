/** What a template can name: the contact, the items, the job and the sender of one e-mail. */
import type { ParamValues } from '../job/params';
import type { Contact, Item } from '../job/people';
import { DEFAULT_LOCALE, pickLocalised, readLocale } from './locale';

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

export interface MailContext {
  readonly contact: ContentContact;
  /** In the order of the slate. */
  readonly items: readonly ContentItem[];
  readonly job: { readonly name: string };
  /** The values of the job's params. */
  readonly params: ParamValues;
  readonly unsubscribeUrl: string;
  readonly sender: { readonly name: string; readonly postalAddress: string };
  readonly publicUrl: string;
  /** BCP 47, always set. */
  readonly locale: string;
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

/** Turns an item into what templates see of it, with title and description in `locale` (attributes `title_<lang>`). */
export function describeItem(item: Item, locale: string): ContentItem {
  return {
    itemId: item.itemId,
    title: pickLocalised(item.attributes, 'title', locale) ?? item.title,
    description: pickLocalised(item.attributes, 'description', locale) ?? item.attributes.description,
    url: keepScheme(item.url, /^https?:\/\//i),
    image: keepScheme(item.image, /^(https?:\/\/|data:image\/)/i),
    price: item.price,
    currency: item.currency,
    categories: item.categories,
    stock: item.stock,
    createdAt: item.createdAt,
    attributes: item.attributes,
  };
}

/** Drops links of another scheme: a catalogue must not be able to put `javascript:` into a mail. */
function keepScheme(url: string | undefined, scheme: RegExp): string | undefined {
  return url !== undefined && scheme.test(url.trim()) ? url.trim() : undefined;
}

export interface ContextParts {
  readonly contact: Contact;
  readonly items: readonly Item[];
  readonly job: { readonly name: string; readonly params?: ParamValues };
  readonly unsubscribeUrl: string;
  readonly sender: { readonly name: string; readonly postalAddress: string };
  readonly publicUrl: string;
  readonly slot: string;
}

/** Builds the context of one e-mail; the locale is the contact's, `en` where it has none. Keeps the order of the items. */
export function buildContext(parts: ContextParts): MailContext {
  const locale = readLocale(parts.contact.locale) ?? DEFAULT_LOCALE;
  return {
    contact: describeContact(parts.contact),
    items: parts.items.map((item) => describeItem(item, locale)),
    job: { name: parts.job.name },
    params: parts.job.params ?? {},
    unsubscribeUrl: parts.unsubscribeUrl,
    sender: { name: parts.sender.name, postalAddress: parts.sender.postalAddress },
    publicUrl: parts.publicUrl,
    locale,
    slot: parts.slot,
  };
}
