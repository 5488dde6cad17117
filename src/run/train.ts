/** Imports datasets into Personalize, trains solutions and makes filters: describe, else create, then wait, so that it can be stopped and begun again at any step. */

import { createHash } from 'node:crypto';
import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeDatasetImportJobCommand,
  DescribeFilterCommand,
  DescribeSchemaCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  ListSolutionVersionsCommand,
  type PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { readStatus } from '../personalize/status';
import { writeObject } from '../storage/objects';
import { formatS3Uri } from '../storage/uri';
import { type Engines, place } from './engines';
import { type AwsResource, ensureActive } from './ensure-active';

/** A dataset: Avro schema as JSON text, and a CSV whose header has the fields' order. */
export interface Dataset {
  readonly type: 'Interactions' | 'Items' | 'Users';
  readonly schema: string;
  readonly csv: string;
}

export interface TrainingWish {
  /** Name of the dataset group. */
  readonly group: string;
  readonly datasets: readonly Dataset[];
  /** Solution name and recipe name. */
  readonly solutions: readonly { readonly solution: string; readonly recipe: string }[];
  /** Filters of the dataset group; one that is there already keeps its expression. */
  readonly filters?: readonly { readonly name: string; readonly expression: string }[];
  readonly onProgress: (step: string) => void;
}

/**
 * Brings a dataset group, its data, its solutions and its filters into being, and waits until every solution has an
 * ACTIVE version and every filter is ACTIVE.
 */
export async function train(engines: Engines, wish: TrainingWish): Promise<void> {
  const trainer = new Trainer(engines, wish);
  const groupArn = await trainer.ensureGroup();
  await Promise.all(wish.datasets.map((dataset) => trainer.ensureData(groupArn, dataset)));
  await Promise.all([
    ...wish.solutions.map((solution) => trainer.ensureSolution(groupArn, solution)),
    ...(wish.filters ?? []).map((filter) => trainer.ensureFilter(groupArn, filter)),
  ]);
}

const POLL_MS = 100;

class Trainer {
  private readonly personalize: PersonalizeClient;
  private readonly arnPrefix: string;

  constructor(
    private readonly engines: Engines,
    private readonly wish: TrainingWish,
  ) {
    const { roleArn, region } = engines.settings.aws;
    const [, partition = 'aws', , , account = ''] = roleArn.split(':');
    this.personalize = engines.personalize;
    this.arnPrefix = `arn:${partition}:personalize:${region}:${account}`;
  }

  async ensureGroup(): Promise<string> {
    const arn = `${this.arnPrefix}:dataset-group/${this.wish.group}`;
    await this.ensure({
      name: `dataset group ${this.wish.group}`,
      status: async () =>
        (await this.personalize.send(new DescribeDatasetGroupCommand({ datasetGroupArn: arn }))).datasetGroup,
      create: () => this.personalize.send(new CreateDatasetGroupCommand({ name: this.wish.group })),
    });
    return arn;
  }

  /** The names of schema and import carry the hash of what they hold, so that changed data is imported anew. */
  async ensureData(datasetGroupArn: string, dataset: Dataset): Promise<void> {
    const kind = dataset.type.toLowerCase();
    const schemaArn = await this.ensureSchema(
      `${this.wish.group}-${kind}-${shortHash(dataset.schema)}`,
      dataset.schema,
    );
    const name = `${this.wish.group}-${kind}`;
    const datasetArn = `${this.arnPrefix}:dataset/${this.wish.group}/${dataset.type.toUpperCase()}`;
    await this.ensure({
      name: `dataset ${name}`,
      status: async () => (await this.personalize.send(new DescribeDatasetCommand({ datasetArn }))).dataset,
      create: () =>
        this.personalize.send(
          new CreateDatasetCommand({ name, schemaArn, datasetGroupArn, datasetType: dataset.type }),
        ),
    });
    await this.ensureImport(datasetArn, { jobName: `${name}-${shortHash(dataset.csv)}`, csv: dataset.csv });
  }

  private async ensureSchema(name: string, schema: string): Promise<string> {
    const schemaArn = `${this.arnPrefix}:schema/${name}`;
    await this.ensure({
      name: `schema ${name}`,
      status: async () =>
        (await this.personalize.send(new DescribeSchemaCommand({ schemaArn }))).schema === undefined
          ? undefined
          : { status: 'ACTIVE' },
      create: () => this.personalize.send(new CreateSchemaCommand({ name, schema })),
    });
    return schemaArn;
  }

  private async ensureImport(datasetArn: string, data: { jobName: string; csv: string }): Promise<void> {
    const { aws } = this.engines.settings;
    const uri = place(this.engines, `datasets/${data.jobName}.csv`);
    const datasetImportJobArn = `${this.arnPrefix}:dataset-import-job/${data.jobName}`;
    await this.ensure({
      name: `import ${data.jobName}`,
      status: async () =>
        (await this.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }))).datasetImportJob,
      create: async () => {
        await writeObject(this.engines.s3, uri, [data.csv], { contentType: 'text/csv', kmsKeyArn: aws.kmsKeyArn });
        const dataSource = { dataLocation: formatS3Uri(uri) };
        await this.personalize.send(
          new CreateDatasetImportJobCommand({ jobName: data.jobName, datasetArn, dataSource, roleArn: aws.roleArn }),
        );
      },
    });
  }

  async ensureSolution(datasetGroupArn: string, wanted: { solution: string; recipe: string }): Promise<void> {
    const solutionArn = `${this.arnPrefix}:solution/${wanted.solution}`;
    const recipeArn = `arn:aws:personalize:::recipe/${wanted.recipe}`;
    await this.ensure({
      name: `solution ${wanted.solution}`,
      status: async () => (await this.personalize.send(new DescribeSolutionCommand({ solutionArn }))).solution,
      // performAutoTraining is true by default and would train, and cost, every week.
      create: () =>
        this.personalize.send(
          new CreateSolutionCommand({ name: wanted.solution, datasetGroupArn, recipeArn, performAutoTraining: false }),
        ),
    });
    const versions =
      (await this.personalize.send(new ListSolutionVersionsCommand({ solutionArn }))).solutionVersions ?? [];
    const usable = versions.find((version) => readStatus(version.status ?? '') !== 'failed')?.solutionVersionArn;
    const solutionVersionArn =
      usable ?? (await this.personalize.send(new CreateSolutionVersionCommand({ solutionArn }))).solutionVersionArn;
    await this.ensure({
      name: `solution version of ${wanted.solution}`,
      status: async () =>
        (await this.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion,
      create: async () => undefined,
    });
  }

  async ensureFilter(
    datasetGroupArn: string,
    { name, expression }: { name: string; expression: string },
  ): Promise<void> {
    const filterArn = `${this.arnPrefix}:filter/${name}`;
    await this.ensure({
      name: `filter ${name}`,
      code: 'E_RECO_FILTER',
      status: async () => (await this.personalize.send(new DescribeFilterCommand({ filterArn }))).filter,
      create: () =>
        this.personalize.send(new CreateFilterCommand({ name, datasetGroupArn, filterExpression: expression })),
    });
  }

  private async ensure(resource: Omit<AwsResource, 'onCreated'>): Promise<void> {
    const pollMs = Math.min(POLL_MS, this.engines.settings.aws.pollSeconds * 1000);
    await ensureActive({ ...resource, onCreated: () => this.wish.onProgress(resource.name) }, pollMs);
  }
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
