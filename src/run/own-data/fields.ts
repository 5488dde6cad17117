/** Derives dataset fields from imported attributes: which can be learned from, and under which name and type. */

import type { SchemaField } from './former-fields';

/** A field of a dataset beside the ids and times. */
export interface AttributeField {
  /** As the schema has it, such as SEGMENT. */
  readonly field: string;
  /** As the import has it, such as segment. */
  readonly attribute: string;
  readonly type: 'categorical' | 'number';
  /** Why it is kept although it would not be chosen now; what is kept was there before. */
  readonly kept?: 'gone' | 'texts';
}

const MOST_VALUES = 1000;
/** A text that nearly every row has for itself names the row and teaches nothing: names, addresses, descriptions. */
const FEW_VALUES = 20;
const MOST_DISTINCT_SHARE = 0.5;
const LONGEST_VALUE = 200;
const NUMBER = /^[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?$/i;

interface Tallied {
  rows: number;
  allNumbers: boolean;
  tooLong: boolean;
  readonly values: Set<string>;
}

export interface AttributeTally {
  add(attributes: Readonly<Record<string, string>>): void;
  /** Chooses the attributes to learn from: those of the dataset as it was in its order, then others by name. */
  fields(wish: FieldWish): readonly AttributeField[];
}

export interface FieldWish {
  /** Fields that the dataset has anyway. */
  readonly reserved: ReadonlySet<string>;
  /** How many there may be. */
  readonly most: number;
  /** Fields that the dataset had before; each stays, under its type. */
  readonly former: readonly SchemaField[];
}

/** Starts looking at attributes; memory stays flat, whatever they hold. */
export function tallyAttributes(): AttributeTally {
  const tallied = new Map<string, Tallied>();
  return {
    add(attributes) {
      for (const [name, value] of Object.entries(attributes)) {
        const own = tallied.get(name) ?? { rows: 0, allNumbers: true, tooLong: false, values: new Set<string>() };
        tallied.set(name, own);
        own.rows++;
        own.allNumbers &&= NUMBER.test(value);
        own.tooLong ||= value.length > LONGEST_VALUE;
        if (own.values.size <= MOST_VALUES) own.values.add(value);
      }
    },
    fields({ reserved, most, former }) {
      const chosen = new Map<string, AttributeField>();
      for (const { name, type } of former) {
        if (!reserved.has(name)) chosen.set(name, keepField(name, { type, tallied }));
      }
      for (const [attribute, own] of sortByName(tallied)) {
        const field = fieldName(attribute);
        const type = typeOf(own);
        if (field === undefined || type === undefined || reserved.has(field) || chosen.has(field)) continue;
        if (chosen.size < most) chosen.set(field, { field, attribute, type });
      }
      return [...chosen.values()];
    },
  };
}

type TalliedAttributes = ReadonlyMap<string, Tallied>;

function sortByName(tallied: TalliedAttributes): readonly (readonly [string, Tallied])[] {
  return [...tallied].sort(([a], [b]) => (a < b ? -1 : 1));
}

function keepField(
  field: string,
  { type, tallied }: { readonly type: unknown; readonly tallied: TalliedAttributes },
): AttributeField {
  const isNumber = /"(float|double|int|long)"/.test(JSON.stringify(type));
  const [attribute, own] = sortByName(tallied).find(([name]) => fieldName(name) === field) ?? [field.toLowerCase()];
  const kept = own === undefined ? 'gone' : isNumber && !own.allNumbers ? 'texts' : undefined;
  return { field, attribute, type: isNumber ? 'number' : 'categorical', ...(kept === undefined ? {} : { kept }) };
}

function typeOf({ rows, allNumbers, tooLong, values }: Tallied): AttributeField['type'] | undefined {
  if (allNumbers) return 'number';
  if (tooLong || values.size > MOST_VALUES) return undefined;
  return values.size <= FEW_VALUES || values.size <= rows * MOST_DISTINCT_SHARE ? 'categorical' : undefined;
}

function fieldName(attribute: string): string | undefined {
  const name = attribute.toUpperCase().replace(/[^A-Z0-9]+/g, '_');
  return /^[A-Z_][A-Z0-9_]{0,99}$/.test(name) ? name : undefined;
}

/** Personalize's own limit of a categorical value. */
const LONGEST_CATEGORY = 1000;

/** Reads an attribute as a cell of its field; empty where it does not fit. */
export function cellOf({ attribute, type }: AttributeField, attributes: Readonly<Record<string, string>>): string {
  const value = attributes[attribute] ?? '';
  const fits = type === 'number' ? NUMBER.test(value) : value.length <= LONGEST_CATEGORY;
  return fits ? value : '';
}
