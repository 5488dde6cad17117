/** Holds contacts in columns, and makes objects of those that are asked for. */
import { NightjarError } from '../errors';
import type { Contact } from './people';
import type { TextColumn } from './text-column';

type Mutable<T> = { -readonly [K in keyof T]: T[K] };

const NO_ATTRIBUTES: Contact['attributes'] = Object.freeze({});

/** By the names that imports have for columns (`user_id`, `email`); consent and `attributes` as JSON. */
export type ContactColumns = ReadonlyMap<string, TextColumn>;

/** Some contacts, ascending by user id in bytes; rows count from 0. */
export class ContactPage {
  readonly rows: number;
  readonly userIds: TextColumn;
  readonly #contacts: (Contact | undefined)[] = [];
  readonly #attributes: (Contact['attributes'] | undefined)[] = [];
  readonly #mentioned = new Map<string, boolean>();

  /**
   * @param columns      all of one length, at least one row; any but the user ids may be missing
   * @param suppressions row → why the contact is suppressed; the others are not
   * @throws E_BUG without user ids
   */
  constructor(
    private readonly columns: ContactColumns,
    private readonly suppressions: ReadonlyMap<number, string> = new Map(),
  ) {
    const userIds = columns.get('user_id');
    if (userIds === undefined) throw new NightjarError('E_BUG', 'contacts came without their user ids');
    this.userIds = userIds;
    this.rows = userIds.rows;
  }

  /** Undefined where the column was not read. */
  column(name: string): TextColumn | undefined {
    return this.columns.get(name);
  }

  suppressionAt(row: number): string | undefined {
    return this.suppressions.get(row);
  }

  /** Tells whether any contact may have an attribute; false is sure. */
  mayHaveAttribute(name: string): boolean {
    const known = this.#mentioned.get(name);
    if (known !== undefined) return known;
    // Without the first quote, which is found several times slower, for it stands everywhere.
    const mentioned = this.columns.get('attributes')?.mayHold(JSON.stringify(name).slice(1)) === true;
    this.#mentioned.set(name, mentioned);
    return mentioned;
  }

  /** @throws E_BUG where the column holds something else */
  attributesAt(row: number): Contact['attributes'] {
    const known = this.#attributes[row];
    if (known !== undefined) return known;
    const text = this.#textAt('attributes', row);
    const attributes = text === '' ? NO_ATTRIBUTES : readAttributes(text);
    this.#attributes[row] = attributes;
    return attributes;
  }

  /** @throws E_BUG where a column holds what it can't */
  contactAt(row: number): Contact {
    const contact = this.#contacts[row] ?? this.#makeContact(row);
    this.#contacts[row] = contact;
    return contact;
  }

  #makeContact(row: number): Contact {
    const contact: Mutable<Contact> = { userId: this.userIds.texts()[row] ?? '', attributes: this.attributesAt(row) };
    const [email, firstName, lastName] = [
      this.#textAt('email', row),
      this.#textAt('first_name', row),
      this.#textAt('last_name', row),
    ];
    if (email) contact.email = email;
    if (firstName) contact.firstName = firstName;
    if (lastName) contact.lastName = lastName;
    const locale = this.#textAt('locale', row);
    const country = this.#textAt('country', row);
    const timeZone = this.#textAt('time_zone', row);
    const phone = this.#textAt('phone', row);
    if (locale) contact.locale = locale;
    if (country) contact.country = country;
    if (timeZone) contact.timeZone = timeZone;
    if (phone) contact.phone = phone;
    const consent = this.#textAt('consent', row);
    const consentAt = this.#textAt('consent_at', row);
    const consentSource = this.#textAt('consent_source', row);
    if (consent) contact.consent = readConsent(consent);
    if (consentAt) contact.consentAt = consentAt;
    if (consentSource) contact.consentSource = consentSource;
    return contact;
  }

  #textAt(name: string, row: number): string {
    return this.columns.get(name)?.texts()[row] ?? '';
  }
}

/**
 * Reads a consent as JSON.
 * @throws E_BUG where it is neither a boolean nor a list of topics
 */
export function readConsent(text: string): boolean | readonly string[] {
  if (text === 'true') return true;
  if (text === 'false') return false;
  const topics: unknown = JSON.parse(text);
  if (isTexts(topics)) return topics;
  throw new NightjarError('E_BUG', 'the consent of a contact is neither a boolean nor a list of topics');
}

function isTexts(value: unknown): value is readonly string[] {
  return Array.isArray(value) && value.every((one) => typeof one === 'string');
}

function readAttributes(text: string): Contact['attributes'] {
  const attributes: unknown = JSON.parse(text);
  if (isRecordOfTexts(attributes)) return attributes;
  throw new NightjarError('E_BUG', 'the attributes of a contact are not texts by name');
}

function isRecordOfTexts(value: unknown): value is Readonly<Record<string, string>> {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return false;
  for (const one of Object.values(value)) if (typeof one !== 'string') return false;
  return true;
}
