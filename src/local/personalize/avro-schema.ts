/** Reads the Avro schemas of datasets by Personalize's rules: flat records of plain types. */
import { z } from 'zod';
import { invalidInput } from './validate';

const AVRO_TYPE = z.enum(['float', 'double', 'int', 'long', 'string', 'boolean', 'null']);

type AvroType = z.infer<typeof AVRO_TYPE>;

/** Holds one column; `types` are those that are not null. */
export interface SchemaField {
  readonly name: string;
  readonly types: readonly AvroType[];
  readonly isNullable: boolean;
  readonly isTextual: boolean;
}

/** Names the kinds of dataset that can be imported, as schemas spell them. */
export const DATASET_KINDS = ['Interactions', 'Items', 'Users'] as const;

export type DatasetKind = (typeof DATASET_KINDS)[number];

/** Holds a schema: `recordName` as written, fields in order. */
export interface DatasetSchema {
  readonly recordName: string;
  readonly fields: readonly SchemaField[];
}

const SCHEMA = z.object({
  type: z.literal('record'),
  name: z.string(),
  namespace: z.string(),
  fields: z
    .array(
      z.object({
        name: z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/),
        type: z.union([AVRO_TYPE, z.array(AVRO_TYPE).min(1)]),
        categorical: z.boolean().optional(),
        textual: z.boolean().optional(),
      }),
    )
    .min(1),
});

/** Columns that every dataset of the kind must have, and their type. */
const REQUIRED: Readonly<Record<DatasetKind, Readonly<Record<string, AvroType>>>> = {
  Interactions: { USER_ID: 'string', ITEM_ID: 'string', TIMESTAMP: 'long' },
  Items: { ITEM_ID: 'string' },
  Users: { USER_ID: 'string' },
};

/**
 * Reads a schema.
 *
 * @throws AwsFault InvalidInputException naming the first member that is wrong
 */
export function parseSchema(text: string): DatasetSchema {
  const result = SCHEMA.safeParse(parseJson(text));
  if (!result.success) {
    const [issue] = result.error.issues;
    throw invalidInput(`Schema is not valid: ${issue?.path.join('.') ?? ''} ${issue?.message ?? ''}`.trim());
  }
  const { name, fields } = result.data;
  const names = fields.map((field) => field.name.replace(/[^A-Za-z0-9]/g, '').toUpperCase());
  const twice = fields.find((_, index) => names.indexOf(names[index] ?? '') !== index);
  if (twice !== undefined) {
    throw invalidInput(
      `Schema is not valid: field names must be unique ignoring non-alphanumerics, ${twice.name} is not.`,
    );
  }
  return {
    recordName: name,
    fields: fields.map((field) => {
      const types = typeof field.type === 'string' ? [field.type] : field.type;
      return {
        name: field.name,
        types: types.filter((type) => type !== 'null'),
        isNullable: types.includes('null'),
        isTextual: field.textual ?? false,
      };
    }),
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

/**
 * Checks that a schema can be that of a dataset of the kind.
 *
 * @throws AwsFault InvalidInputException
 */
export function checkSchemaOf(kind: DatasetKind, schema: DatasetSchema): void {
  if (schema.recordName.toLowerCase() !== kind.toLowerCase()) {
    throw invalidInput(`Schema of record ${schema.recordName} cannot be used for a dataset of type ${kind}.`);
  }
  const required = Object.entries(REQUIRED[kind]);
  for (const [name, type] of required) {
    const field = schema.fields.find((one) => one.name === name);
    if (field === undefined) throw invalidInput(`Schema for ${kind} is missing the required field ${name}.`);
    if (field.isNullable || field.types.length !== 1 || field.types[0] !== type) {
      throw invalidInput(`Field ${name} of the schema for ${kind} must be of type ${type}.`);
    }
  }
  if (kind !== 'Interactions' && schema.fields.length <= required.length) {
    throw invalidInput(`Schema for ${kind} must have at least one metadata field.`);
  }
}
