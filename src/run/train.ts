/** Imports datasets into Personalize and trains solutions: describe, else create, then wait, so that it can be stopped and begun again at any step. */

import { createHash } from 'node:crypto';
import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeDatasetImportJobCommand,
  DescribeSchemaCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  ListSolutionVersionsCommand,
  type PersonalizeClient,
} from '@aws-sdk/client-personalize';
import { NightjarError } from '../errors';
import { readStatus } from '../personalize/status';
import { writeObject } from '../storage/objects';
import { formatS3Uri } from '../storage/uri';
import { type Engines, place } from './engines';

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
  readonly onProgress: (step: string) => void;
}

/** Brings a dataset group, its data and its solutions into being, and waits until every solution has an ACTIVE version. */
export async function train(engines: Engines, wish: TrainingWish): Promise<void> {
  const trainer = new Trainer(engines, wish);
  const groupArn = await trainer.ensureGroup();
  await Promise.all(wish.datasets.map((dataset) => trainer.ensureData(groupArn, dataset)));
  await Promise.all(wish.solutions.map((solution) => trainer.ensureSolution(groupArn, solution)));
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

  /** Creates what isn't there, and waits until it is ACTIVE. */
  private async ensure(resource: Resource): Promise<void> {
    const known = await ignoreMissing(resource.status());
    if (known === undefined) {
      await ignoreExisting(resource.create());
      this.wish.onProgress(resource.name);
    }
    while (true) {
      const described = await ignoreMissing(resource.status());
      const status = readStatus(described?.status ?? '');
      if (status === 'active') return;
      if (status === 'failed' || status === 'other') throw failedResource(resource.name, described);
      await new Promise((resolve) =>
        setTimeout(resolve, Math.min(POLL_MS, this.engines.settings.aws.pollSeconds * 1000)),
      );
    }
  }
}

interface Described {
  readonly status?: string | undefined;
  readonly failureReason?: string | undefined;
}

interface Resource {
  readonly name: string;
  readonly status: () => Promise<Described | undefined>;
  readonly create: () => Promise<unknown>;
}

async function ignoreMissing(describing: Promise<Described | undefined>): Promise<Described | undefined> {
  try {
    return await describing;
  } catch (error) {
    if (error instanceof Error && error.name === 'ResourceNotFoundException') return undefined;
    throw error;
  }
}

/** Another process may have created it between our look and our call. */
async function ignoreExisting(creating: Promise<unknown>): Promise<void> {
  try {
    await creating;
  } catch (error) {
    if (!(error instanceof Error && error.name === 'ResourceAlreadyExistsException')) throw error;
  }
}

function failedResource(name: string, described: Described | undefined): NightjarError {
  return new NightjarError(
    'E_RECO_SOLUTION',
    `the ${name} is ${described?.status ?? 'missing'}: ${described?.failureReason ?? 'no reason given'}`,
    {
      fix: 'mend what the reason names, then run it again',
    },
  );
}

function shortHash(text: string): string {
  return createHash('sha256').update(text).digest('hex').slice(0, 12);
}
