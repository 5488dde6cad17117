/** Reads the Avro schemas of datasets: flat records of plain types. Source: developer guide, "Creating schema JSON files". */
import { z } from 'zod';
import { notComplete } from '../wire/not-complete';
import { invalidInput } from '../wire/validate';

const AVRO_TYPES = ['float', 'double', 'int', 'long', 'string', 'boolean'] as const;

/** Names the types of values; null only comes beside one of them. */
export type AvroType = (typeof AVRO_TYPES)[number];

/** Holds one column; `type` is the one that is not null. */
export interface SchemaField {
  readonly name: string;
  readonly type: AvroType;
  readonly isNullable: boolean;
  readonly isCategorical: boolean;
  readonly isTextual: boolean;
  /** Marks the items' names for the recipe aws-semantic-similarity. */
  readonly isItemName: boolean;
}

/** Names the kinds of dataset that can be imported, as schemas spell them. */
export const DATASET_KINDS = ['Interactions', 'Items', 'Users'] as const;

export type DatasetKind = (typeof DATASET_KINDS)[number];

/** Holds a schema: `kind` after the record's name, fields in order. */
export interface DatasetSchema {
  readonly kind: DatasetKind;
  readonly fields: readonly SchemaField[];
}

const NAMESPACE = 'com.amazonaws.personalize.schema';

const RECORD = z.object(
  {
    type: z.literal('record', { error: 'expected "record"' }),
    name: z.string({ error: 'expected a string' }),
    namespace: z.literal(NAMESPACE, { error: `expected "${NAMESPACE}"` }),
    version: z.literal('1.0', { error: 'expected "1.0"' }),
    fields: z.array(z.unknown(), { error: 'expected a list' }).min(1, { error: 'expected at least one field' }),
  },
  { error: 'expected a JSON object' },
);

const TYPE = z.enum([...AVRO_TYPES, 'null']);
const FLAG = z.boolean({ error: 'expected true or false' }).optional();

/** The model's pattern and length of column names; the union takes one type, and null beside it. */
const FIELD = z.object(
  {
    name: z
      .string({ error: 'expected a string' })
      .regex(/^[A-Za-z_][A-Za-z0-9_]{0,149}$/, { error: 'expected at most 150 letters, digits and underscores' }),
    type: z
      .union([TYPE.transform((type) => [type]), z.array(TYPE)])
      .refine((types) => new Set(types).size === types.length && types.filter((type) => type !== 'null').length === 1),
    categorical: FLAG,
    textual: FLAG,
    itemName: FLAG,
  },
  { error: 'expected a JSON object' },
);

const EXPECTED_TYPE = `expected one of [${AVRO_TYPES.join(', ')}], or a list of one of them and null`;

/**
 * Reads a schema by the rules that all have in common; those of its kind are `checkSchemaOf`.
 *
 * @throws AwsFault InvalidInputException that names the first member that is wrong; NotImplementedException for actions
 */
export function parseSchema(text: string): DatasetSchema {
  const result = RECORD.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    const place = issue?.path.join('.') ?? '';
    throw invalidInput(`Schema is not valid: ${place === '' ? '' : `${place}: `}${issue?.message ?? ''}.`);
  }
  const kind = readKind(result.data.name);
  const fields = result.data.fields.map(readField);
  const keys = fields.map(({ name }) => name.replace(/[^A-Za-z0-9]/g, '').toUpperCase());
  const twice = fields.find((_, place) => keys.indexOf(keys[place] ?? '') !== place);
  if (twice === undefined) return { kind, fields };
  throw invalidInput(
    `Schema is not valid: field ${twice.name}: expected a name that is unique ignoring non-alphanumerics.`,
  );
}

/** Reads the record's name, in any case. */
function readKind(name: string): DatasetKind {
  const kind = DATASET_KINDS.find((one) => one.toLowerCase() === name.toLowerCase());
  if (kind !== undefined) return kind;
  if (/^actions$|^action_interactions$/i.test(name)) throw notComplete(`The dataset type ${name}`);
  throw invalidInput(`Schema is not valid: name: expected the dataset type, one of [${DATASET_KINDS.join(', ')}].`);
}

function readField(json: unknown, place: number): SchemaField {
  const result = FIELD.safeParse(json);
  if (!result.success) {
    const [issue] = result.error.issues;
    const name = z.object({ name: z.string() }).safeParse(json).data?.name ?? `number ${place + 1}`;
    const [member] = issue?.path ?? [];
    const expected = member === 'type' ? `type: ${EXPECTED_TYPE}` : [member, issue?.message].filter(Boolean).join(': ');
    throw invalidInput(`Schema is not valid: field ${name}: ${expected}.`);
  }
  const { name, type: types, categorical, textual, itemName } = result.data;
  const type = types.find((one) => one !== 'null') ?? 'string';
  return {
    name,
    type,
    isNullable: types.includes('null'),
    isCategorical: categorical ?? false,
    isTextual: textual ?? false,
    isItemName: itemName ?? false,
  };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (error instanceof SyntaxError) throw invalidInput(`Schema is not valid JSON: ${error.message}`);
    throw error;
  }
}
