/**
 * Lists the fields that Personalize requires and reserves for each kind of dataset and domain.
 * Sources: developer guide, "Custom datasets and schemas", "VIDEO_ON_DEMAND datasets and schemas", "ECOMMERCE datasets
 * and schemas" with the pages of their datasets, and "Amazon Personalize endpoints and quotas".
 */
import type { AvroType, DatasetKind, SchemaField } from './avro-schema';

type Form = AvroType | 'categorical' | 'textual';

/** A type, or a string that is categorical or textual; `?` where null is allowed beside it. */
export type FieldForm = Form | `${Form}?`;

/** Holds the forms that a field may have. */
export type FieldForms = readonly FieldForm[];

/** Holds the fields by name, and how many others a schema may have. */
export interface SchemaRules {
  readonly required: Readonly<Record<string, FieldForms>>;
  /** Optional, and of these forms where they are there. */
  readonly reserved: Readonly<Record<string, FieldForms>>;
  readonly maxMetadata: number;
  /** Whether there must be a column that can be learned from, beside ids and times. */
  readonly needsMetadata: boolean;
}

const STRING: FieldForms = ['string'];
const TEXT: FieldForms = ['string?'];
const LONG: FieldForms = ['long'];
const FLOAT: FieldForms = ['float'];
const FLOAT_OR_NULL: FieldForms = ['float?'];
const CATEGORY: FieldForms = ['categorical'];
const CATEGORY_OR_NULL: FieldForms = ['categorical?'];
const DESCRIPTION: FieldForms = ['textual?'];

const INTERACTIONS: SchemaRules = {
  required: { USER_ID: STRING, ITEM_ID: STRING, TIMESTAMP: LONG },
  reserved: {
    EVENT_TYPE: STRING,
    EVENT_VALUE: FLOAT_OR_NULL,
    IMPRESSION: TEXT,
    RECOMMENDATION_ID: TEXT,
    EVENT_ATTRIBUTION_SOURCE: TEXT,
  },
  maxMetadata: 5,
  needsMetadata: false,
};

const USERS: SchemaRules = { required: { USER_ID: STRING }, reserved: {}, maxMetadata: 25, needsMetadata: true };

/** Creation times that are missing are inferred, says the guide, and so null is allowed where the field is optional. */
const ITEMS: SchemaRules = {
  required: { ITEM_ID: STRING },
  reserved: { CREATION_TIMESTAMP: ['long?'] },
  maxMetadata: 100,
  needsMetadata: true,
};

const VIDEO_ITEMS: SchemaRules = {
  ...ITEMS,
  required: { ITEM_ID: STRING, GENRES: CATEGORY, CREATION_TIMESTAMP: LONG },
  reserved: {
    PRICE: FLOAT,
    DURATION: FLOAT,
    GENRE_L2: CATEGORY_OR_NULL,
    GENRE_L3: CATEGORY_OR_NULL,
    AVERAGE_RATING: FLOAT_OR_NULL,
    PRODUCT_DESCRIPTION: DESCRIPTION,
    CONTENT_OWNER: CATEGORY_OR_NULL,
    CONTENT_CLASSIFICATION: CATEGORY_OR_NULL,
  },
};

/** The guide has CREATION_TIMESTAMP as a long in one place and as a float in another. */
const ECOMMERCE_ITEMS: SchemaRules = {
  ...ITEMS,
  required: { ITEM_ID: STRING, PRICE: FLOAT, CATEGORY_L1: CATEGORY },
  reserved: {
    CATEGORY_L2: CATEGORY_OR_NULL,
    CATEGORY_L3: CATEGORY_OR_NULL,
    PRODUCT_DESCRIPTION: DESCRIPTION,
    CREATION_TIMESTAMP: ['long?', 'float?'],
    AGE_GROUP: CATEGORY_OR_NULL,
    ADULT: CATEGORY_OR_NULL,
    GENDER: CATEGORY_OR_NULL,
  },
};

/** Finds the rules; `domain` is AWS's name, undefined for custom dataset groups. */
export function findSchemaRules(kind: DatasetKind, domain: string | undefined): SchemaRules {
  const isDomain = domain !== undefined;
  if (kind === 'Interactions') {
    const required = { ...INTERACTIONS.required, EVENT_TYPE: STRING };
    return isDomain ? { ...INTERACTIONS, required } : INTERACTIONS;
  }
  if (kind === 'Users') {
    return domain === 'VIDEO_ON_DEMAND' ? { ...USERS, reserved: { SUBSCRIPTION_MODEL: CATEGORY_OR_NULL } } : USERS;
  }
  if (!isDomain) return ITEMS;
  return domain === 'VIDEO_ON_DEMAND' ? VIDEO_ITEMS : ECOMMERCE_ITEMS;
}

/** Tells whether a field has one of the forms. */
export function hasForm({ type, isNullable, isCategorical, isTextual }: SchemaField, forms: FieldForms): boolean {
  const attribute = isTextual ? 'textual' : 'categorical';
  const form = isTextual || isCategorical ? attribute : type;
  return forms.includes(`${form}?`) || (!isNullable && forms.includes(form));
}

/** Words forms for messages, such as `categorical string, or null`. */
export function describeForms(forms: FieldForms): string {
  return forms
    .map((form) => {
      const [name = ''] = form.split('?');
      const type = name === 'categorical' || name === 'textual' ? `${name} string` : name;
      return form.endsWith('?') ? `${type} (null is allowed)` : type;
    })
    .join(' or ');
}
