/** Performs the operations on schemas. */
import { arnOf } from '../arns';
import { readSchema } from '../data/schema-check';
import type { Resource } from '../resources/collection';
import { inUse } from '../resources/life';
import { takePage } from '../resources/pages';
import { checkCount } from '../resources/quotas';
import { DESCRIBE_SCHEMA, LIST } from '../wire/lookup-requests';
import { CREATE_SCHEMA } from '../wire/requests';
import { schemasOf } from './datasets';
import { changing, creating, type JsonObject, reading } from './operation';

/** Adds a schema, which is never changed. */
export const createSchema = creating(CREATE_SCHEMA, async (plane, detail) => {
  const { schemas } = plane.resources;
  readSchema(detail.schema, detail.domain);
  const arn = arnOf(plane, `schema/${detail.name}`);
  if (!schemas.has(arn)) checkCount(schemas.list().length, plane.quotas.schemas, 'schemas in a region');
  const now = plane.now();
  const done = { ok: true, atMs: now, result: {} } as const;
  await schemas.add({ arn, createdMs: now, readyMs: now, detail, outcome: done });
  return { schemaArn: arn };
});

/** Deletes a schema that no dataset has, or is about to have; it is gone at once. */
export const deleteSchema = changing(DESCRIBE_SCHEMA, async (plane, { schemaArn }) => {
  const { schemas, datasets } = plane.resources;
  schemas.get(schemaArn);
  const user = datasets.list().find(({ detail }) => schemasOf(detail).includes(schemaArn));
  if (user !== undefined) throw inUse(schemaArn, user.arn);
  await schemas.remove(schemaArn);
  return {};
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
