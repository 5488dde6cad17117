/** What a template can name: the contact, the items, the job and the sender of one e-mail. */
import type { ParamValues } from '../job/params';
import type { Contact, Item } from '../job/people';
import { isTimeZone } from './formats';
import type { ItemLinks } from './item-links';
import { DEFAULT_LOCALE, directionOf, pickLocalised, readLocale } from './locale';
import type { TextPieces } from './mime/transfer-encoding';
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
  /** What `html` and `text` were joined of, so that what other mails have too is not encoded again. */
  readonly pieces?: { readonly html: TextPieces; readonly text: TextPieces };
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

/** For whom items are described. */
interface Reader {
  readonly locale: string;
  /** ISO 4217; undefined shows each price as the catalogue has it. */
  readonly currency?: string | undefined;
  /** What paths of the catalogue (`/items/1`) are relative to. */
  readonly publicUrl?: string;
  readonly links?: ItemLinks | undefined;
}

/** By language, currency, shop and links that all mails have: what templates see of an item. */
const described = new Map<string, WeakMap<Item, ContentItem>>();
const KEPT_READERS = 500;
/** Over all readers; each takes some 300 bytes. */
const KEPT_ITEMS = 200_000;
let keptItems = 0;

/** What an item that many mails show is an instance of; a copy that is changed for one reader is none. */
class SharedItem {}

/** Tells whether something is an item as other mails show it too: the same object. */
export function isShared(value: unknown): value is object {
  return value instanceof SharedItem;
}

/** Makes the function that turns an item into what templates see of it: title and description in the reader's language (attributes `title_<lang>`), the price in the reader's currency (`priceIn`), links absolute. */
function createDescriber(reader: Reader): (item: Item) => ContentItem {
  const { links } = reader;
  const key = `${reader.locale} ${reader.currency} ${reader.publicUrl} ${links?.sharedAs ?? ''}`;
  if (keptItems >= KEPT_ITEMS || (described.size >= KEPT_READERS && !described.has(key))) {
    described.clear();
    keptItems = 0;
  }
  const known = described.get(key) ?? new WeakMap<Item, ContentItem>();
  described.set(key, known);
  const follow = (item: ContentItem) =>
    links === undefined || item.url === undefined ? item : { ...item, url: links.linkTo(item.url, item.itemId) };
  const isPersonal = links !== undefined && links.sharedAs === undefined;
  const describe = (item: Item) => {
    const fields = describeFor(item, reader);
    const shown = Object.assign(new SharedItem(), isPersonal ? fields : follow(fields));
    known.set(item, shown);
    keptItems += 1;
    return shown;
  };
  return (item) => {
    const shown = known.get(item) ?? describe(item);
    return isPersonal ? follow(shown) : shown;
  };
}

function describeFor(item: Item, { locale, currency, publicUrl }: Omit<Reader, 'links'>): ContentItem {
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
  readonly links?: Reader['links'];
}

/** Builds the context of one e-mail. Keeps the order of the items. */
export function buildContext(parts: ContextParts): MailContext {
  const locale = parts.locale ?? readLocale(parts.contact.locale) ?? DEFAULT_LOCALE;
  const { publicUrl, links } = parts;
  const describe = createDescriber({ locale, currency: currencyOf(parts.contact), publicUrl, links });
  return {
    contact: describeContact(parts.contact),
    ...describeShown(parts, describe),
    sections: Object.fromEntries(
      Object.entries(parts.sections ?? {}).map(([name, { title, ...shown }]) => [
        name,
        { name, title: title ?? shown.theme, ...describeShown(shown, describe) },
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

function describeShown({ items, because, theme }: ShownSection, describe: (item: Item) => ContentItem) {
  return {
    items: items.map(describe),
    because: because === undefined ? undefined : describe(because),
    theme,
  };
}
