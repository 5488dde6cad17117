/** Derives dataset fields from imported attributes: which can be learned from, and under which name and type. */

/** A field of a dataset beside the ids and times. */
export interface AttributeField {
  /** As the schema has it, such as SEGMENT. */
  readonly field: string;
  /** As the import has it, such as segment. */
  readonly attribute: string;
  readonly type: 'categorical' | 'number';
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
  /**
   * Chooses the attributes to learn from, by name.
   * @param reserved  fields that the dataset has anyway
   * @param most  how many there may be
   */
  fields(reserved: ReadonlySet<string>, most: number): readonly AttributeField[];
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
    fields(reserved, most) {
      const chosen = new Map<string, AttributeField>();
      for (const [attribute, own] of [...tallied].sort(([a], [b]) => (a < b ? -1 : 1))) {
        const field = fieldName(attribute);
        const type = typeOf(own);
        if (field === undefined || type === undefined || reserved.has(field) || chosen.has(field)) continue;
        if (chosen.size < most) chosen.set(field, { field, attribute, type });
      }
      return [...chosen.values()];
    },
  };
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

/** Reads an attribute as a cell of its field; empty where it does not fit. */
export function cellOf({ attribute, type }: AttributeField, attributes: Readonly<Record<string, string>>): string {
  const value = attributes[attribute] ?? '';
  return type === 'number' && !NUMBER.test(value) ? '' : value;
}
