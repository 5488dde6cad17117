/** Reads the fields that a dataset has already: Personalize lets columns be added to a schema, and none be taken away. */
import { DescribeDatasetCommand, DescribeSchemaCommand } from '@aws-sdk/client-personalize';
import { z } from 'zod';
import { NightjarError } from '../../errors';
import type { Dataset } from './dataset-text';
import { arnPrefixOf, type TrainingEngines } from './train';

/** A field of a schema, with all that the schema says of it. */
const fieldSchema = z.looseObject({ name: z.string(), type: z.unknown() });
export type SchemaField = Readonly<z.infer<typeof fieldSchema>>;

const schemaSchema = z.object({ fields: z.array(fieldSchema) });

/** The fields of each dataset, in the order of its schema; none of a dataset that is not there. */
export type FormerFields = Partial<Readonly<Record<Dataset['type'], readonly SchemaField[]>>>;

/** Reads the fields of the datasets of a group, whose schema may be in the course of being replaced. */
export async function readFormerFields(
  { personalize, settings }: Pick<TrainingEngines, 'personalize' | 'settings'>,
  group: string,
): Promise<FormerFields> {
  const prefix = arnPrefixOf(settings.aws);
  const fields: Partial<Record<Dataset['type'], readonly SchemaField[]>> = {};
  for (const type of ['Items', 'Users'] as const) {
    const datasetArn = `${prefix}:dataset/${group}/${type.toUpperCase()}`;
    try {
      const { dataset } = await personalize.send(new DescribeDatasetCommand({ datasetArn }));
      const schemaArn = dataset?.latestDatasetUpdate?.schemaArn ?? dataset?.schemaArn;
      const { schema } = await personalize.send(new DescribeSchemaCommand({ schemaArn }));
      fields[type] = parseFields(schema?.schema ?? '', schemaArn);
    } catch (error) {
      if (!(error instanceof Error && error.name === 'ResourceNotFoundException')) throw error;
    }
  }
  return fields;
}

function parseFields(text: string, schemaArn: string | undefined): readonly SchemaField[] {
  try {
    return schemaSchema.parse(JSON.parse(text)).fields;
  } catch (cause) {
    throw new NightjarError('E_RECO_SOLUTION', `the schema ${schemaArn ?? ''} can't be read`, { cause });
  }
}
