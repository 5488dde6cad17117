/** Decides whether a contact is among those that `where` of a job file asks for. */
import { consentFor, readAttribute } from './attributes';
import type { Condition, Scalar, Where } from './base-job';
import { readInstant } from './instant';
import type { Contact } from './people';

/**
 * Tells whether all attributes of `where` hold for a contact.
 * An absent attribute holds for nothing but `exists: false` and `not`. Texts are compared exactly, except that
 * `locale: en` also takes `en-GB` and that countries ignore case; numbers are compared as numbers.
 * `consent` is consent for `topic`: given is true, refused or never stated is false.
 */
export function matches(where: Where, contact: Contact, topic: string): boolean {
  return explainWhere(where, contact, topic) === undefined;
}

/** Names the first attribute of `where`, in its order, that does not hold for a contact; undefined where all do. */
export function explainWhere(where: Where, contact: Contact, topic: string): string | undefined {
  for (const [name, wanted] of Object.entries(where)) {
    const value = name === 'consent' ? String(consentFor(contact, topic) === true) : readAttribute(contact, name);
    if (!holds({ name, value, wanted })) return name;
  }
  return undefined;
}

interface Question {
  readonly name: string;
  readonly value: string | undefined;
  readonly wanted: Where[string];
}

function holds({ name, value, wanted }: Question): boolean {
  if (isCondition(wanted)) return holdsCondition({ name, value }, wanted);
  return value !== undefined && isOneOf({ name, value }, wanted);
}

/** Tells a condition from a value, or a list of values. */
export function isCondition(wanted: Where[string]): wanted is Condition {
  return typeof wanted === 'object' && !Array.isArray(wanted);
}

function holdsCondition({ name, value }: Omit<Question, 'wanted'>, condition: Condition): boolean {
  const { min, max, before, after, exists, not } = condition;
  if (exists !== undefined && exists !== (value !== undefined)) return false;
  if (not !== undefined && value !== undefined && isOneOf({ name, value }, not)) return false;
  if (min !== undefined && !(toNumber(value) >= min)) return false;
  if (max !== undefined && !(toNumber(value) <= max)) return false;
  if (before !== undefined && !(toInstant(value) < toInstant(before))) return false;
  return after === undefined || toInstant(value) >= toInstant(after);
}

function isOneOf(
  field: { readonly name: string; readonly value: string },
  wanted: Scalar | readonly Scalar[],
): boolean {
  return typeof wanted === 'object' ? wanted.some((one) => isValue(field, one)) : isValue(field, wanted);
}

/** Tells whether the value that a contact has is the one wanted, by the rules of its attribute. */
export function isValue({ name, value }: { readonly name: string; readonly value: string }, wanted: Scalar): boolean {
  if (typeof wanted === 'number') return toNumber(value) === wanted;
  if (typeof wanted === 'boolean') return value.toLowerCase() === String(wanted);
  if (name === 'locale') return isLocaleWithin(value, wanted);
  return name === 'country' ? value.toUpperCase() === wanted.toUpperCase() : value === wanted;
}

function isLocaleWithin(locale: string, range: string): boolean {
  const [low, wanted] = [locale, range].map((text) => text.replaceAll('_', '-').toLowerCase());
  return low !== undefined && wanted !== undefined && (low === wanted || low.startsWith(`${wanted}-`));
}

function toNumber(value: string | undefined): number {
  return value === undefined || value.trim() === '' ? Number.NaN : Number(value);
}

function toInstant(value: string | undefined): number {
  return value === undefined ? Number.NaN : (readInstant(value) ?? Number.NaN);
}
