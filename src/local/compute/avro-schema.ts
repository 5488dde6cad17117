/** Reads the Avro schemas of datasets as far as training needs them. */
import { z } from 'zod';
import { DataProblem } from './data-problem';

/** One column: `kind` says how its values are compared and whether they may be. */
export interface SchemaField {
  readonly name: string;
  readonly kind: 'text' | 'categorical' | 'textual' | 'number' | 'boolean';
  /** Marks the items' names. */
  readonly isItemName: boolean;
}

const FIELD = z.object({
  name: z.string(),
  type: z.union([z.string(), z.array(z.string())]),
  categorical: z.boolean().optional(),
  textual: z.boolean().optional(),
  itemName: z.boolean().optional(),
});
const SCHEMA = z.object({ fields: z.array(FIELD) });

/** @throws DataProblem if the text is not an Avro record of simple types */
export function parseAvroSchema(text: string): readonly SchemaField[] {
  const parsed = SCHEMA.safeParse(parseJson(text));
  if (!parsed.success) throw new DataProblem('The schema of the dataset is not an Avro record of simple types');
  return parsed.data.fields.map((field) => ({
    name: field.name,
    kind: classify(field),
    isItemName: field.itemName === true,
  }));
}

function classify({ type, categorical, textual }: z.infer<typeof FIELD>): SchemaField['kind'] {
  const types = [type].flat();
  if (types.includes('boolean')) return 'boolean';
  if (types.some((one) => ['int', 'long', 'float', 'double'].includes(one))) return 'number';
  if (textual === true) return 'textual';
  return categorical === true ? 'categorical' : 'text';
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
