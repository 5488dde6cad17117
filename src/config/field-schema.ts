/** Looks fields up in the JSON Schema of a settings or job file: what is expected there, and which keys there are. */
import { z } from 'zod';
import type { Path } from './yaml-source';

/** A JSON Schema node; `expected` is our own word beside `description`: what a value must look like, for messages. */
export type FieldSchema = z.core.JSONSchema.BaseSchema;

/** What is known of one field. */
export interface FieldFacts {
  readonly node: FieldSchema;
  /** The name in messages, `audience.formats[0]`. */
  readonly name: string;
  readonly required: boolean;
}

/** Makes the JSON Schema of what a file may hold, with the words for messages in it. */
export function describeSchema(schema: z.ZodType): FieldSchema {
  return z.toJSONSchema(schema, { io: 'input' });
}

/** Finds the field at a path; undefined where the schema has none. */
export function findField(schema: FieldSchema, path: Path): FieldFacts | undefined {
  let nodes: readonly FieldSchema[] = [schema];
  let required = true;
  for (const step of path) {
    required = nodes.some((node) => node.required?.includes(String(step)) === true);
    nodes = nodes.flatMap((node) => alternatives(node).flatMap((one) => childrenOf(one, step)));
  }
  const [node] = nodes;
  return node === undefined ? undefined : { node, name: nameField(path), required };
}

/** Lists the keys that a map at a path may have, in the schema's order; empty where any key may stand there. */
export function listKeys(schema: FieldSchema, path: Path): readonly string[] {
  const node = findField(schema, path)?.node;
  return node === undefined ? [] : alternatives(node).flatMap((one) => Object.keys(one.properties ?? {}));
}

/** Finds the maps, other than the one at `path`, that know a key: the way to where a misplaced key belongs. */
export function findHomes(schema: FieldSchema, key: string, path: Path): readonly string[] {
  const own = nameField(path);
  return mapsBelow(schema, []).filter(
    (map) => map !== own && listKeys(schema, map.split('.').filter(Boolean)).includes(key),
  );
}

/** Writes a path as messages show it: `content.show.items`, `audience.formats[0]`. */
export function nameField(path: Path): string {
  return path
    .map((step, index) => (typeof step === 'number' ? `[${step}]` : `${index === 0 ? '' : '.'}${String(step)}`))
    .join('');
}

function mapsBelow(node: FieldSchema, path: readonly string[]): readonly string[] {
  const entries = Object.entries(node.properties ?? {});
  if (entries.length === 0) return [];
  return [path.join('.'), ...entries.flatMap(([key, child]) => mapsBelow(toNode(child), [...path, key]))];
}

function alternatives(node: FieldSchema): readonly FieldSchema[] {
  const options = [...(node.anyOf ?? []), ...(node.oneOf ?? [])].map(toNode);
  return options.length === 0 ? [node] : [node, ...options];
}

function childrenOf(node: FieldSchema, step: PropertyKey): readonly FieldSchema[] {
  const { properties = {} } = node;
  const named = Object.hasOwn(properties, String(step)) ? properties[String(step)] : undefined;
  if (named !== undefined) return [toNode(named)];
  const inside = typeof step === 'number' ? node.items : node.additionalProperties;
  return Array.isArray(inside) || inside === undefined || inside === false ? [] : [toNode(inside)];
}

function toNode(schema: z.core.JSONSchema._JSONSchema): FieldSchema {
  return typeof schema === 'boolean' ? {} : schema;
}
