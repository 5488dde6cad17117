/** The shape of a format of a team's own, `formats/<name>.yaml`; `description` is for editors, `expected` for messages. */
import { z } from 'zod';
import { nearestName } from '../../../config/nearest';
import { findTransform, TRANSFORM_NAMES } from './transforms';

/** Where a value may come from, beside attributes and constants. */
export const PERSON_SOURCES = [
  'user_id',
  'rank',
  'email',
  'phone',
  'first_name',
  'last_name',
  'locale',
  'country',
  'time_zone',
] as const;
export const RUN_SOURCES = ['run_id', 'run_at', 'audience', 'change'] as const;
const HASHES = ['sha256', 'sha512', 'sha1', 'md5'] as const;
const CHANGES = ['full', 'add', 'remove'] as const;
export const SEPARATORS = { comma: ',', semicolon: ';', tab: '\t', pipe: '|' } as const;

const UNITS = { KB: 1e3, MB: 1e6, GB: 1e9 } as const;
const SIZE = /^(\d{1,6}(?:\.\d{1,3})?) ?(KB|MB|GB)$/;

/** Reads a size such as `50MB`, in bytes; undefined where it is none. */
export function parseSize(text: string): number | undefined {
  const [, number, unit] = SIZE.exec(text) ?? [];
  if (unit !== 'KB' && unit !== 'MB' && unit !== 'GB') return undefined;
  const bytes = Math.floor(Number(number) * UNITS[unit]);
  return bytes >= UNITS.KB ? bytes : undefined;
}

const line = z.string().regex(/^[^\r\n]*$/);
const header = line
  .min(1)
  .max(200)
  .meta({ expected: 'a text on one line', examples: ['email_sha256'] });

const constant = z
  .union([line, z.number(), z.boolean()])
  .optional()
  .transform((value) => (value === undefined ? undefined : String(value)))
  .meta({ expected: 'a text on one line, a number, true or false', examples: ['nightjar'] });

const transform = z
  .string()
  .superRefine((name, context) => {
    if (findTransform(name) !== undefined) return;
    context.addIssue({ code: 'custom', input: name, params: { candidates: TRANSFORM_NAMES } });
  })
  .meta({ expected: `one of ${TRANSFORM_NAMES.join(', ')}` });

const SOURCES: readonly string[] = [...PERSON_SOURCES, ...RUN_SOURCES];

const source = z
  .string()
  .superRefine((name, context) => {
    if (SOURCES.includes(name)) return;
    const near = nearestName(name, SOURCES);
    const fix = near === undefined ? 'write "attribute:" for an attribute of contacts' : `write "from: ${near}"`;
    context.addIssue({ code: 'custom', input: name, params: { fix } });
  })
  .meta({ description: 'The part of the contact, or of the run', expected: `one of ${SOURCES.join(', ')}` });

const columnFields = z.strictObject({
  header,
  from: source.optional(),
  attribute: line
    .min(1)
    .optional()
    .meta({ description: 'An attribute of the contact', examples: ['plan'] }),
  value: constant.describe('The same value in every row'),
  removed: constant.describe('What stands in files of removals instead of value'),
  transform: z
    .array(transform)
    .optional()
    .meta({ expected: 'a list of transforms, applied in order', examples: [['trim', 'lower']] }),
  hash: z
    .enum(HASHES)
    .optional()
    .meta({ description: 'The hash, in lower-case hexadecimal', examples: ['sha256'] }),
});

const column = columnFields
  .superRefine((fields, context) => {
    const sources = (['from', 'attribute', 'value'] as const).filter((key) => fields[key] !== undefined);
    const [first, second] = sources;
    const tell = (key: string, expected: string, fix: string) => {
      const input: unknown = Object.entries(fields).find(([name]) => name === key)?.[1];
      context.addIssue({ code: 'custom', path: [key], input, params: { expected, fix } });
    };
    if (first === undefined) tell('from', 'one of from, attribute and value', 'add "from: email"');
    if (second !== undefined) tell(second, `no ${second} beside ${first}`, `remove "${second}:" or "${first}:"`);
    const isSame = first === 'value' || RUN_SOURCES.some((name) => name === fields.from);
    if (isSame) {
      for (const key of ['transform', 'hash'] as const) {
        if (fields[key] !== undefined) tell(key, `no ${key} beside ${first}`, `remove "${key}:"`);
      }
    }
    if (fields.removed !== undefined && fields.value === undefined) {
      tell('removed', 'a value beside it', `remove "removed:", or write "value:" for the other files`);
    }
  })
  .meta({ expected: 'a map of header and from, attribute or value', examples: [{ header: 'email', from: 'email' }] });

const fileField = z
  .strictObject({
    type: z.enum(['csv', 'jsonl']).default('csv').meta({ description: 'CSV, or JSON Lines with the headers as keys' }),
    separator: z
      .enum(['comma', 'semicolon', 'tab', 'pipe'])
      .optional()
      .meta({ description: 'Of CSV; comma by default' }),
    header: z.boolean().optional().meta({ description: 'Whether CSV begins with a header', expected: 'true or false' }),
    lineEnd: z.enum(['crlf', 'lf']).optional().meta({ description: 'Of CSV; crlf by default' }),
    encoding: z
      .enum(['utf-8', 'utf-8-bom'])
      .optional()
      .meta({ description: 'With a byte order mark Excel reads UTF-8' }),
    formulas: z.enum(['drop', 'escape', 'keep']).optional().meta({
      description:
        'What becomes of plain texts that a spreadsheet would run: left out, begun with an apostrophe, or kept',
    }),
    extension: z
      .string()
      .regex(/^[a-z0-9]{1,8}$/)
      .optional()
      .meta({ expected: 'a file extension such as csv or txt', examples: ['txt'] }),
    rows: z.int().min(1).optional().meta({ description: 'Most rows a file', expected: 'a whole number, at least 1' }),
    size: z
      .string()
      .refine((text) => parseSize(text) !== undefined)
      .optional()
      .meta({ description: 'Most bytes a file', expected: 'a size such as 50MB, at least 1KB', examples: ['50MB'] }),
  })
  .superRefine((file, context) => {
    if (file.type === 'csv') return;
    for (const key of ['separator', 'header', 'lineEnd', 'encoding', 'formulas'] as const) {
      const params = { expected: `no ${key} beside type: jsonl`, fix: `remove "${key}:"` };
      if (file[key] !== undefined) context.addIssue({ code: 'custom', path: [key], input: file[key], params });
    }
  })
  .prefault({})
  .meta({
    expected: 'a map of type, separator, header, rows, size and others',
    examples: [{ separator: 'semicolon' }],
  });

const distinct = (values: readonly string[]) => new Set(values).size === values.length;

/** What a file in `formats/` holds. */
export const customSchema = z
  .strictObject({
    about: line
      .min(1)
      .max(200)
      .meta({ description: 'What the files are for', expected: 'one line', examples: ['Our loyalty partner'] }),
    columns: z
      .array(column)
      .min(1)
      .max(500)
      .meta({ expected: 'a list of columns', examples: [[{ header: 'email', from: 'email' }]] }),
    identifiers: z
      .array(header)
      .refine(distinct)
      .default([])
      .meta({
        description: 'Headers of which a person needs at least one value to be in the file',
        expected: 'a list of headers of the columns, each once',
        examples: [['email_sha256']],
      }),
    file: fileField,
    changes: z
      .array(z.enum(CHANGES))
      .min(1)
      .refine(distinct)
      .default(['full'])
      .meta({ description: 'The files that the receiver takes', expected: 'a list of full, add and remove' }),
    minimum: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The manifest tells where there are fewer rows', expected: 'a whole number, at least 1' }),
    consent: z
      .array(
        line
          .min(1)
          .max(200)
          .meta({ expected: 'a topic', examples: ['partner_offers'] }),
      )
      .refine(distinct)
      .default([])
      .meta({ description: 'Topics that a contact must have consented to by name', expected: 'a list of topics' }),
  })
  .superRefine(({ columns, identifiers, file }, context) => {
    const headers = columns.map((entry) => entry.header);
    for (const [index, name] of identifiers.entries()) {
      if (headers.includes(name)) continue;
      const params = { candidates: headers, expected: 'the header of a column' };
      context.addIssue({ code: 'custom', path: ['identifiers', index], input: name, params });
    }
    for (const [index, name] of headers.entries()) {
      if (file.type !== 'jsonl' || headers.indexOf(name) === index) continue;
      const params = { expected: 'each header once, as it is a key', fix: 'rename one of the two' };
      context.addIssue({ code: 'custom', path: ['columns', index, 'header'], input: name, params });
    }
  });

export type CustomFields = z.output<typeof customSchema>;
export type CustomColumn = CustomFields['columns'][number];
