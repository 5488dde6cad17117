/** Runs batch inference and batch segment jobs: input objects in, one `.out` object for each. */
import { join } from 'node:path';
import type { z } from 'zod';
import { DEFAULT_RESULTS } from '../../../personalize/limits';
import type { BatchResult, GroupFiles, InferTask, InputFile } from '../../compute-port';
import type { JobFault } from '../../faults/rule';
import { seedOf } from '../arns';
import { type BatchRequest, readExploration } from '../checks/batch-request';
import type { Plane } from '../plane';
import { findRecipe, hasFeature, type Recipe } from '../recipes/recipes';
import { parseS3Path } from '../s3-path';
import { newestWhole } from '../versions/versions';
import type { CREATE_BATCH_INFERENCE_JOB } from '../wire/requests';
import { findGroupFiles } from './group-files';
import { explainExcess, takeInputs } from './job-inputs';
import { probeOutput, storeOutputs } from './job-outputs';
import { failWork, type WorkEnd, type Workshop } from './work';

type BatchEnd = WorkEnd<{ readonly lines: number; readonly errorLines: number }>;

/** Lists items for the lines of a batch inference job's inputs. Done again after a kill, it writes the same objects again. */
export async function runInference(shop: Workshop, arn: string): Promise<BatchEnd> {
  const { detail, fault } = shop.plane.resources.batchInferenceJobs.get(arn);
  const hasThemes = detail.batchInferenceJobMode === 'THEME_GENERATION';
  return runBatch(shop, { arn, request: detail, fault, hasThemes }, (task, model) =>
    shop.compute.infer({ ...task, ...readWishes(detail, model.recipe), addsNewItems: model.addsNewItems }),
  );
}

function readWishes(
  { batchInferenceJobConfig: config, themeGenerationConfig }: z.infer<typeof CREATE_BATCH_INFERENCE_JOB>,
  recipe: Recipe,
): Partial<InferTask> {
  const { weight, ageCutOffDays } = readExploration(config?.itemExplorationConfig, recipe);
  const influence = config?.rankingInfluence;
  const themeNameColumn = themeGenerationConfig?.fieldsForThemeGeneration.itemName;
  return {
    ...(weight === undefined ? {} : { explorationWeight: weight }),
    ...(ageCutOffDays === undefined ? {} : { explorationItemAgeCutOff: ageCutOffDays }),
    ...(influence === undefined
      ? {}
      : { rankingInfluence: { popularity: influence.POPULARITY ?? 0, freshness: influence.FRESHNESS ?? 0 } }),
    ...(themeNameColumn === undefined ? {} : { themeNameColumn }),
  };
}

/** Ranks the users for each query of a batch segment job's inputs. Done again after a kill, it writes the same objects again. */
export async function runSegment(shop: Workshop, arn: string): Promise<BatchEnd> {
  const { detail, fault } = shop.plane.resources.batchSegmentJobs.get(arn);
  return runBatch(shop, { arn, request: detail, fault, hasThemes: false }, (task) => shop.compute.segment(task));
}

interface Job {
  readonly arn: string;
  readonly request: BatchRequest;
  readonly fault: JobFault | undefined;
  readonly hasThemes: boolean;
}

/** Holds what both kinds of job give to the computation. */
interface JobTask {
  readonly modelFile: string;
  readonly recipe: string;
  readonly numResults: number;
  readonly files: readonly InputFile[];
  readonly datasets: GroupFiles;
  readonly filter?: string;
  readonly seed: number;
}

async function runBatch(
  shop: Workshop,
  { arn, request, fault, hasThemes }: Job,
  compute: (task: JobTask, model: Model) => Promise<BatchResult>,
): Promise<BatchEnd> {
  const input = parseS3Path(request.jobInput.s3DataSource.path);
  const output = parseS3Path(request.jobOutput.s3DataDestination.path);
  if (input === undefined) return failWork('Invalid S3 input path');
  // Before the probe, which would be one of the inputs where the output location begins with their prefix.
  const inputs = await takeInputs(shop, input);
  if (output === undefined || !(await probeOutput(shop, output))) return failWork('Invalid S3 output path');
  if (inputs.length === 0) return failWork('Invalid S3 input path');
  const model = findModel(shop.plane, request.solutionVersionArn);
  if (model === undefined) return failWork('The solution version has no model.');
  const excess = await explainExcess(shop, inputs, { recipe: model.recipe, hasThemes });
  if (excess !== undefined) return failWork(excess);
  const filter = findFilter(shop.plane, request.filterArn);
  const task: JobTask = {
    modelFile: model.file,
    recipe: model.recipe.name,
    numResults: request.numResults ?? DEFAULT_RESULTS,
    files: inputs.map(({ inputFile, outputFile }) => ({ inputFile, outputFile })),
    datasets: model.datasets,
    ...(filter === undefined ? {} : { filter }),
    seed: seedOf(arn),
  };
  const end = await shop.waitFor(compute(task, model));
  if (!end.ok) return end;
  await storeOutputs(shop, inputs, { paths: { input, output }, fault });
  return { ok: true, result: { lines: end.lines, errorLines: end.errorLines } };
}

interface Model {
  readonly file: string;
  readonly recipe: Recipe;
  /** The datasets as they are now. */
  readonly datasets: GroupFiles;
  readonly addsNewItems: boolean;
}

function findModel(plane: Plane, versionArn: string): Model | undefined {
  const { resources, folders, now } = plane;
  const { detail, outcome } = resources.solutionVersions.get(versionArn);
  if (outcome?.ok !== true) return undefined;
  const { recipeArn = '', datasetGroupArn } = resources.solutions.get(detail.solutionArn).detail;
  const recipe = findRecipe(recipeArn);
  // What was learnt stays of use where a dataset has lost its rows since.
  const datasets = findGroupFiles(plane, { datasetGroupArn, atMs: now(), needs: [], isOnlyFull: false });
  if (typeof datasets === 'string') return undefined;
  // AWS updates the newest version that was trained wholly with new items, and none that is named after a newer one.
  const isNewest = newestWhole(plane, detail.solutionArn)?.arn === versionArn;
  const isUpdated = detail.performIncrementalUpdate === true && hasFeature(recipe, 'incremental-update');
  const addsNewItems = isNewest && (hasFeature(recipe, 'adds-new-items') || isUpdated);
  return { file: join(folders.models, outcome.result.model), recipe, datasets, addsNewItems };
}

function findFilter(plane: Plane, filterArn: string | undefined): string | undefined {
  return filterArn === undefined ? undefined : plane.resources.filters.get(filterArn).detail.filterExpression;
}
