/** Reads `sample.json`: a contact and items to preview a template with, whose attributes are also the known ones. */
import { z } from 'zod';
import { NightjarError } from '../errors';
import type { Contact, Item } from '../job/people';
import type { AttributeOwner } from './shape';

const attributes = z.record(z.string(), z.string()).default({});
const text = z.string().exactOptional();

const contactSchema = z.strictObject({
  userId: z.string(),
  email: text,
  firstName: text,
  lastName: text,
  locale: text,
  country: text,
  timeZone: text,
  attributes,
});

const itemSchema = z.strictObject({
  itemId: z.string(),
  title: z.string(),
  url: text,
  image: text,
  price: z.number().exactOptional(),
  currency: text,
  categories: z.array(z.string()).default([]),
  stock: z.number().exactOptional(),
  createdAt: text,
  attributes,
});

const shownFields = { items: z.array(itemSchema).min(1), because: itemSchema.exactOptional(), theme: text };
const sectionSchema = z.strictObject({ ...shownFields, title: text });
const sampleSchema = z.strictObject({
  contact: contactSchema,
  ...shownFields,
  sections: z.record(z.string(), sectionSchema).exactOptional(),
});

/** A contact and items, as if imported. */
export interface Sample extends SampleItems {
  readonly contact: Contact;
  /** By name; those that the sample has. */
  readonly sections?: Readonly<Record<string, SampleItems & { readonly title?: string }>>;
}

/** Items that are shown together, the thing that they go with, and their theme. */
export interface SampleItems {
  readonly items: readonly Item[];
  readonly because?: Item;
  readonly theme?: string;
}

export interface SampleReading {
  readonly sample: Sample | undefined;
  /** Attribute names that occur. */
  readonly attributes: Readonly<Record<AttributeOwner, readonly string[]>>;
  readonly problems: readonly NightjarError[];
}

const NOTHING = { sample: undefined, attributes: { contact: [], item: [] }, problems: [] } as const;

/**
 * Reads a sample: `{"contact": {"userId": …, "attributes": {…}}, "items": [{"itemId": …, "title": …}]}`.
 * A template without one has no problem. What is wrong is E_TEMPLATE_SYNTAX or E_TEMPLATE_FIELD with the file.
 */
export function readSample(json: string | undefined, file: string): SampleReading {
  if (json === undefined) return NOTHING;
  const value = parseJson(json);
  if (value === undefined) {
    return { ...NOTHING, problems: [new NightjarError('E_TEMPLATE_SYNTAX', 'is not JSON', { where: { file } })] };
  }
  const read = sampleSchema.safeParse(value);
  if (!read.success) return { ...NOTHING, problems: read.error.issues.map((issue) => describeIssue(issue, file)) };
  const { contact, sections = {} } = read.data;
  const shown = [read.data, ...Object.values(sections)].flatMap(({ items, because }) =>
    [...items, because ?? []].flat(),
  );
  const ofItems = shown.flatMap((item) => Object.keys(item.attributes));
  return {
    sample: read.data,
    attributes: { contact: Object.keys(contact.attributes), item: [...new Set(ofItems)] },
    problems: [],
  };
}

function parseJson(json: string): unknown {
  try {
    const value: unknown = JSON.parse(json);
    return value;
  } catch {
    return undefined;
  }
}

function describeIssue(issue: z.core.$ZodIssue, file: string): NightjarError {
  const path = issue.path.join('.');
  const message = `${path === '' ? 'the sample' : `"${path}"`}: ${issue.message.toLowerCase()}`;
  return new NightjarError('E_TEMPLATE_FIELD', message, { where: { file } });
}
