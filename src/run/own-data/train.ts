/** Imports datasets into Personalize, trains solutions and makes filters: describe, else create, then wait, so that it can be stopped and begun again at any step. */

import {
  CreateDatasetCommand,
  CreateDatasetGroupCommand,
  CreateDatasetImportJobCommand,
  CreateFilterCommand,
  CreateSchemaCommand,
  CreateSolutionCommand,
  CreateSolutionVersionCommand,
  type DatasetImportJobSummary,
  DescribeDatasetCommand,
  DescribeDatasetGroupCommand,
  DescribeDatasetImportJobCommand,
  DescribeFilterCommand,
  DescribeSchemaCommand,
  DescribeSolutionCommand,
  DescribeSolutionVersionCommand,
  ListSolutionVersionsCommand,
  type PersonalizeClient,
  paginateListDatasetImportJobs,
  UpdateDatasetCommand,
} from '@aws-sdk/client-personalize';
import { NightjarError } from '../../errors';
import { readStatus } from '../../personalize/status';
import { writeObject } from '../../storage/objects';
import { formatS3Uri } from '../../storage/uri';
import { type Engines, place } from '../engines';
import { type Dataset, shortHash, shortHashOf, streamOf } from './dataset-text';
import { ensureResource, type Resource, type Waiting, waitForActive } from './ensure-resource';

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
 * ACTIVE version that was trained on the data given, and every filter is ACTIVE.
 *
 * @throws E_RECO_SOLUTION where something fails, or a solution is of another dataset group; E_RECO_FILTER
 */
export async function train(engines: TrainingEngines, wish: TrainingWish): Promise<void> {
  const trainer = new Trainer(engines, wish);
  const groupArn = await trainer.ensureGroup();
  await Promise.all(wish.datasets.map((dataset) => trainer.ensureData(groupArn, dataset)));
  await Promise.all([
    ...wish.solutions.map((solution) => trainer.ensureSolution(groupArn, solution)),
    ...(wish.filters ?? []).map((filter) => trainer.ensureFilter(groupArn, filter)),
  ]);
}

/** What training works with. */
export type TrainingEngines = Pick<Engines, 'settings' | 'personalize' | 's3'>;

const POLL_MS = 100;

/** Writes what the ARNs of the account's resources begin with, up to the colon before their kind. */
export function arnPrefixOf({ roleArn, region }: Engines['settings']['aws']): string {
  const [, partition = 'aws', , , account = ''] = roleArn.split(':');
  return `arn:${partition}:personalize:${region}:${account}`;
}

class Trainer {
  private readonly personalize: PersonalizeClient;
  private readonly arnPrefix: string;
  private readonly waiting: Waiting;
  /** When the newest of the imports was created, epoch ms. */
  private importedAt = 0;

  constructor(
    private readonly engines: TrainingEngines,
    private readonly wish: TrainingWish,
  ) {
    this.personalize = engines.personalize;
    this.waiting = {
      pollMs: Math.min(POLL_MS, engines.settings.aws.pollSeconds * 1000),
      onCreated: (name) => this.wish.onProgress(name),
    };
    this.arnPrefix = arnPrefixOf(engines.settings.aws);
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
    const describe = async () => (await this.personalize.send(new DescribeDatasetCommand({ datasetArn }))).dataset;
    const resource = {
      name: `dataset ${name}`,
      status: describe,
      create: () =>
        this.personalize.send(
          new CreateDatasetCommand({ name, schemaArn, datasetGroupArn, datasetType: dataset.type }),
        ),
    };
    await this.ensure(resource);
    if ((await describe())?.schemaArn !== schemaArn) {
      await this.personalize.send(new UpdateDatasetCommand({ datasetArn, schemaArn }));
      const status = async () => {
        const dataset = await describe();
        return dataset?.schemaArn === schemaArn ? { status: 'ACTIVE' } : dataset?.latestDatasetUpdate;
      };
      await waitForActive({ name: `schema of ${resource.name}`, status }, this.waiting);
    }
    await this.ensureImport(datasetArn, { name, csv: dataset.csv });
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

  private async ensureImport(datasetArn: string, data: { name: string; csv: Dataset['csv'] }): Promise<void> {
    const { aws } = this.engines.settings;
    const jobName = await this.nameImport(datasetArn, `${data.name}-${await shortHashOf(data.csv)}`);
    const uri = place(this.engines, `datasets/${jobName}.csv`);
    const datasetImportJobArn = `${this.arnPrefix}:dataset-import-job/${jobName}`;
    const describe = async () =>
      (await this.personalize.send(new DescribeDatasetImportJobCommand({ datasetImportJobArn }))).datasetImportJob;
    await this.ensure({
      name: `import ${jobName}`,
      status: describe,
      create: async () => {
        await writeObject(this.engines.s3, uri, streamOf(data.csv), {
          contentType: 'text/csv',
          kmsKeyArn: aws.kmsKeyArn,
        });
        const dataSource = { dataLocation: formatS3Uri(uri) };
        await this.personalize.send(
          new CreateDatasetImportJobCommand({ jobName, datasetArn, dataSource, roleArn: aws.roleArn }),
        );
      },
    });
    this.importedAt = Math.max(this.importedAt, (await describe())?.creationDateTime?.getTime() ?? 0);
  }

  /** The newest import is what the dataset holds; data that was imported before it, and is back, needs another name. */
  private async nameImport(datasetArn: string, wanted: string): Promise<string> {
    const jobs: DatasetImportJobSummary[] = [];
    for await (const page of paginateListDatasetImportJobs({ client: this.personalize }, { datasetArn })) {
      jobs.push(...(page.datasetImportJobs ?? []).filter((job) => readStatus(job.status ?? '') !== 'failed'));
    }
    jobs.sort((a, b) => (b.creationDateTime?.getTime() ?? 0) - (a.creationDateTime?.getTime() ?? 0));
    const same = jobs.filter(({ jobName = '' }) => jobName === wanted || jobName.startsWith(`${wanted}-`));
    const [newest] = jobs;
    if (newest?.jobName !== undefined && same.includes(newest)) return newest.jobName;
    return same.length === 0 ? wanted : `${wanted}-${same.length + 1}`;
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
    await this.checkGroup(datasetGroupArn, solutionArn);
    const versions =
      (await this.personalize.send(new ListSolutionVersionsCommand({ solutionArn }))).solutionVersions ?? [];
    const usable = versions.find(
      ({ status = '', creationDateTime }) =>
        readStatus(status) !== 'failed' && (creationDateTime?.getTime() ?? 0) >= this.importedAt,
    )?.solutionVersionArn;
    const solutionVersionArn =
      usable ?? (await this.personalize.send(new CreateSolutionVersionCommand({ solutionArn }))).solutionVersionArn;
    await this.ensure({
      name: `solution version of ${wanted.solution}`,
      status: async () =>
        (await this.personalize.send(new DescribeSolutionVersionCommand({ solutionVersionArn }))).solutionVersion,
      create: async () => undefined,
    });
  }

  private async checkGroup(datasetGroupArn: string, solutionArn: string): Promise<void> {
    const found = (await this.personalize.send(new DescribeSolutionCommand({ solutionArn }))).solution?.datasetGroupArn;
    if (found === datasetGroupArn) return;
    const name = solutionArn.slice(solutionArn.lastIndexOf('/') + 1);
    throw new NightjarError(
      'E_RECO_SOLUTION',
      `the solution "${name}" learns from ${found ?? 'another dataset group'}, not from ${datasetGroupArn}`,
      { fix: 'name another solution under "solutions" in the settings, or use a state folder of its own (--state)' },
    );
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

  private ensure(resource: Resource): Promise<void> {
    return ensureResource(resource, this.waiting);
  }
}
