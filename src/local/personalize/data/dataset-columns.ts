/** Reads the columns of a dataset group's datasets. */

import type { Plane } from '../plane';
import type { DatasetType } from '../recipes/recipes';
import { parseSchema, type SchemaField } from './avro-schema';
import { datasetOf } from './dataset-data';

/** Lists a dataset's columns, as its schema has them; undefined where the group has no such dataset. */
export function columnsOf(
  plane: Plane,
  datasetGroupArn: string,
  datasetType: DatasetType,
): readonly SchemaField[] | undefined {
  const dataset = datasetOf(plane, datasetGroupArn, datasetType);
  if (dataset === undefined) return undefined;
  return parseSchema(plane.resources.schemas.get(dataset.detail.schemaArn).detail.schema).fields;
}

/** Tells whether a column holds numbers. */
export function isNumeric({ type }: SchemaField): boolean {
  return type !== 'string' && type !== 'boolean';
}
