/** The JSON Schema of job files, by which editors complete keys and mark mistakes. */
import { describeSchema, type FieldSchema } from '../config/field-schema';
import { audienceSchema } from './audience-schema';
import { emailSchema } from './email-schema';
import { takesParams } from './param-places';

/** A scalar that is one param and nothing else. */
const PARAM = { type: 'string', pattern: '^\\$\\{params\\.[a-z][A-Za-z0-9]*\\}$' };
const MAPS = ['properties', 'additionalProperties', 'propertyNames', 'required'] as const;

type Node = Readonly<Record<string, unknown>>;

/** Makes the JSON Schema (draft 2020-12) of job files; `nightjar jobs schema` prints it. */
export function jobSchema(): Node {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'A job of nightjar',
    oneOf: [emailSchema({}), audienceSchema({})].map((schema) =>
      allowParams(withoutMessages(describeSchema(schema)), []),
    ),
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

/** Lets a param stand for what is no map, at every place that takes one. */
function allowParams(node: unknown, path: readonly string[]): unknown {
  if (!isNode(node) || !takesParams(path)) return node;
  const inside = allowInside(node, path);
  const isMapAlone = MAPS.some((key) => key in node) || path.length === 0;
  if (isMapAlone || isFreeText(node)) return inside;
  const { description, default: usual, examples, ...rest } = inside;
  const about = Object.fromEntries(
    Object.entries({ description, default: usual, examples }).filter(([, value]) => value !== undefined),
  );
  return { ...about, anyOf: Array.isArray(rest.anyOf) ? [...rest.anyOf, PARAM] : [rest, PARAM] };
}

function allowInside(node: Node, path: readonly string[]): Node {
  const { properties, additionalProperties, items, anyOf } = node;
  return {
    ...node,
    ...(isNode(properties)
      ? {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, child]) => [key, allowParams(child, [...path, key])]),
          ),
        }
      : {}),
    ...(isNode(additionalProperties)
      ? { additionalProperties: allowParams(additionalProperties, [...path, '*']) }
      : {}),
    ...(isNode(items) ? { items: allowParams(items, [...path, '*']) } : {}),
    ...(Array.isArray(anyOf)
      ? { anyOf: anyOf.map((one: unknown) => (isNode(one) ? allowInside(one, path) : one)) }
      : {}),
  };
}

/** A text without a form takes a param as it is. */
function isFreeText(node: Node): boolean {
  return (
    node.type === 'string' && !('pattern' in node) && !('enum' in node) && !('const' in node) && !('format' in node)
  );
}

function isNode(value: unknown): value is Node {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
