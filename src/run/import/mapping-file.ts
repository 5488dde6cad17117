/** Reads and writes the file that says which column is which: config/import.yaml of a project. */
import { stringify } from 'yaml';
import { z } from 'zod';
import { readYaml } from '../../config/yaml-source';
import { NightjarError } from '../../errors';
import { type ColumnMapping, type ColumnMappings, IMPORT_KINDS } from './column-mapping';

const word = z.union([z.string(), z.boolean(), z.number()]).transform(String);

const originSchema = z.union([
  z
    .string()
    .min(1)
    .transform((column) => ({ column })),
  z.strictObject({ column: z.string().min(1), words: z.record(z.string(), word).transform(lowerKeys).optional() }),
]);

const mappingSchema = z.strictObject({
  columns: z.record(z.string(), originSchema).default({}),
  skip: z.array(z.string()).default([]),
  encoding: z
    .string()
    .refine(isEncoding, 'expected the name of an encoding, such as windows-1250, macintosh or shift_jis')
    .optional(),
  decimal: z.enum([',', '.'], { error: 'expected "," or "."' }).optional(),
});

function isEncoding(label: string): boolean {
  try {
    return new TextDecoder(label).encoding !== '';
  } catch {
    return false;
  }
}

const kind = mappingSchema.optional();
const fileSchema = z.strictObject({ contacts: kind, items: kind, interactions: kind, suppressions: kind }).nullable();

function lowerKeys(words: Readonly<Record<string, string>>): Record<string, string> {
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key.toLowerCase(), value]));
}

/**
 * Reads a mapping file.
 *
 * @throws E_CONFIG_SYNTAX where it is not YAML, E_CONFIG_FIELD at the first key or value that is wrong
 */
export function readMappings({ file, text }: { readonly file: string; readonly text: string }): ColumnMappings {
  const source = readYaml({ file, text, code: 'E_CONFIG_SYNTAX' });
  const read = fileSchema.safeParse(source.value);
  const [issue] = read.error?.issues ?? [];
  if (read.data === undefined || issue !== undefined) {
    const path = issue?.path ?? [];
    throw new NightjarError('E_CONFIG_FIELD', `${path.join('.') || 'the file'}: ${issue?.message ?? 'it is wrong'}`, {
      where: source.whereIs(path, 'value'),
      fix: 'write contacts: { columns: { user_id: CustomerID }, skip: [Notes] }',
    });
  }
  const mappings: Partial<Record<keyof ColumnMappings, ColumnMapping>> = {};
  for (const name of IMPORT_KINDS) {
    const own = read.data?.[name];
    if (own === undefined) continue;
    const { columns, skip, encoding, decimal } = own;
    mappings[name] = { columns: fillOrigins(columns), skip, ...givenOf({ encoding, decimal }) };
  }
  return mappings;
}

type Given = Pick<ColumnMapping, 'encoding' | 'decimal'>;

function givenOf({ encoding, decimal }: { [Name in keyof Given]: Given[Name] | undefined }): Given {
  return { ...(encoding === undefined ? {} : { encoding }), ...(decimal === undefined ? {} : { decimal }) };
}

type ReadOrigin = z.infer<typeof originSchema>;

function fillOrigins(columns: Readonly<Record<string, ReadOrigin>>): ColumnMapping['columns'] {
  return Object.fromEntries(
    Object.entries(columns).map(([name, origin]) => {
      const words = 'words' in origin ? origin.words : undefined;
      return [name, { column: origin.column, ...(words === undefined ? {} : { words }) }];
    }),
  );
}

const HEAD = `# Which column of your files is which of nightjar's: its name on the left, yours on the right.
# nightjar import reads this file. Columns that are not named here keep their names; those that nightjar
# does not know become attributes of contacts and items, for conditions and templates.
`;

/** Writes a mapping file that `readMappings` reads. */
export function writeMappings(mappings: ColumnMappings): string {
  const kinds = IMPORT_KINDS.flatMap((name) => {
    const own = mappings[name];
    if (own === undefined) return [];
    const columns = Object.fromEntries(
      Object.entries(own.columns).map(([column, { words, ...origin }]) => [
        column,
        words === undefined ? origin.column : { ...origin, words },
      ]),
    );
    const { encoding, decimal, skip } = own;
    return [[name, { columns, ...(skip.length === 0 ? {} : { skip }), ...givenOf({ encoding, decimal }) }] as const];
  });
  return `${HEAD}${stringify(Object.fromEntries(kinds), { lineWidth: 0 })}`;
}
