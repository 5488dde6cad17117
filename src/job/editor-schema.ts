/** The JSON Schema of job files, by which editors complete keys and mark mistakes. */
import { describeSchema, type FieldSchema } from '../config/field-schema';
import { audienceSchema } from './audience-schema';
import { emailSchema } from './email-schema';

/** Makes the JSON Schema (draft 2020-12) of job files; `nightjar jobs schema` prints it. */
export function jobSchema(): Readonly<Record<string, unknown>> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A job of nightjar',
    oneOf: [emailSchema({}), audienceSchema({})].map((schema) => withoutMessages(describeSchema(schema))),
  };
}

/** Removes our own keyword, and the `$schema` of each part. */
function withoutMessages(node: FieldSchema): unknown {
  const text = JSON.stringify(node, (key, value: unknown) =>
    key === 'expected' || key === '$schema' ? undefined : value,
  );
  const plain: unknown = JSON.parse(text);
  return plain;
}
