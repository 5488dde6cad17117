/** Reads which columns of the items a solution's dataset group has, by which segments can be asked for. */
import {
  DescribeDatasetCommand,
  DescribeSchemaCommand,
  type PersonalizeClient,
  paginateListDatasets,
} from '@aws-sdk/client-personalize';
import { z } from 'zod';

export interface ItemColumn {
  readonly name: string;
  /** Texts to be read by people can't be asked for. */
  readonly kind: 'categorical' | 'number' | 'textual';
}

const schemaSchema = z.object({
  fields: z.array(z.object({ name: z.string(), type: z.unknown(), textual: z.boolean().optional() })),
});

/**
 * Reads the columns of the items dataset, as its schema has them; undefined where there is none, or where nightjar may not
 * look: then Personalize alone knows.
 */
export async function readItemColumns(
  personalize: PersonalizeClient,
  datasetGroupArn: string | undefined,
): Promise<readonly ItemColumn[] | undefined> {
  if (datasetGroupArn === undefined) return undefined;
  try {
    for await (const page of paginateListDatasets({ client: personalize }, { datasetGroupArn })) {
      const found = page.datasets?.find(({ datasetType }) => datasetType?.toUpperCase() === 'ITEMS');
      if (found !== undefined) return await readSchema(personalize, found.datasetArn);
    }
    return undefined;
  } catch (error) {
    if (error instanceof Error && error.name === 'AccessDeniedException') return undefined;
    throw error;
  }
}

async function readSchema(
  personalize: PersonalizeClient,
  datasetArn: string | undefined,
): Promise<readonly ItemColumn[] | undefined> {
  const { dataset } = await personalize.send(new DescribeDatasetCommand({ datasetArn }));
  const { schema } = await personalize.send(new DescribeSchemaCommand({ schemaArn: dataset?.schemaArn }));
  const read = schemaSchema.safeParse(parseJson(schema?.schema ?? ''));
  return read.data?.fields.map(({ name, type, textual }) => {
    const isNumber = /"(float|double|int|long)"/.test(JSON.stringify(type));
    return { name, kind: textual === true ? 'textual' : isNumber ? 'number' : 'categorical' };
  });
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
