/** Performs the operations on schemas. */
import { arnOf } from '../arns';
import { parseSchema } from '../avro-schema';
import type { Resource } from '../collection';
import { takePage } from '../pages';
import { CREATE_SCHEMA, DESCRIBE_SCHEMA, LIST } from '../requests';
import { creating, type JsonObject, reading } from './operation';

/** Adds a schema, which is never changed. */
export const createSchema = creating(CREATE_SCHEMA, async (plane, detail) => {
  parseSchema(detail.schema);
  const arn = arnOf(plane, `schema/${detail.name}`);
  const now = plane.now();
  const done = { ok: true, atMs: now, result: {} } as const;
  await plane.resources.schemas.add({ arn, createdMs: now, readyMs: now, detail, outcome: done });
  return { schemaArn: arn };
});

/** Describes a schema. */
export const describeSchema = reading(DESCRIBE_SCHEMA, (plane, { schemaArn }) => {
  const schema = plane.resources.schemas.get(schemaArn);
  return { schema: { ...summarise(schema), schema: schema.detail.schema } };
});

/** Lists schemas. */
export const listSchemas = reading(LIST, (plane, input) => {
  const page = takePage(plane.resources.schemas.list(), input);
  return { schemas: page.items.map(summarise), nextToken: page.nextToken };
});

function summarise(
  schema: Resource<{ readonly name: string; readonly domain?: string | undefined }, unknown>,
): JsonObject {
  return {
    name: schema.detail.name,
    schemaArn: schema.arn,
    creationDateTime: schema.createdMs / 1000,
    lastUpdatedDateTime: schema.createdMs / 1000,
    domain: schema.detail.domain,
  };
}
