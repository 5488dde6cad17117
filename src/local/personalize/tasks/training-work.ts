/** Trains a solution version on what its dataset group held when it was created. */
import { join } from 'node:path';
import type { DatasetFiles, TrainTask } from '../../compute-port';
import { seedOf } from '../arns';
import { datasetOf, importFiles, importsAt } from '../dataset-data';
import type { Plane, TrainingResult } from '../plane';
import { findRecipe, type Recipe } from '../recipes';
import type { WorkEnd, Workshop } from './work';

/** Trains the version; done again after a kill, it gives the same model. */
export async function trainVersion(shop: Workshop, arn: string): Promise<WorkEnd<TrainingResult>> {
  const { plane } = shop;
  const version = plane.resources.solutionVersions.get(arn);
  const solution = plane.resources.solutions.get(version.detail.solutionArn).detail;
  const recipe = findRecipe(solution.recipeArn ?? '');
  const group = { arn: solution.datasetGroupArn, atMs: version.createdMs };
  const interactions = filesOf(plane, { ...group, type: 'INTERACTIONS' }, recipe);
  if (interactions === undefined) return { ok: false, failureReason: 'Interactions dataset has no imported data.' };
  const items = filesOf(plane, { ...group, type: 'ITEMS' }, recipe);
  const users = filesOf(plane, { ...group, type: 'USERS' }, recipe);
  const config = solution.solutionConfig;
  const threshold = config?.eventValueThreshold;
  const model = `${arn.slice(arn.indexOf(':solution/') + ':solution/'.length).replace('/', '.')}.model`;
  const task: TrainTask = {
    recipe: recipe.name,
    interactions,
    ...(items === undefined ? {} : { items }),
    ...(users === undefined ? {} : { users }),
    ...(solution.eventType === undefined ? {} : { eventType: solution.eventType }),
    ...(threshold === undefined ? {} : { eventValueThreshold: Number(threshold) }),
    hyperParameters: { ...config?.algorithmHyperParameters, ...config?.featureTransformationParameters },
    seed: seedOf(arn),
    modelFile: join(plane.folders.models, model),
  };
  const end = await shop.waitFor(shop.compute.train(task));
  if (!end.ok) return end;
  return { ok: true, result: { metrics: { ...end.metrics }, trainingSeconds: end.trainingSeconds, model } };
}

function filesOf(
  plane: Plane,
  group: { readonly arn: string; readonly atMs: number; readonly type: string },
  recipe: Recipe,
): DatasetFiles | undefined {
  const dataset = datasetOf(plane, group.arn, group.type);
  if (dataset === undefined) return undefined;
  const imports = importsAt(plane, dataset.arn, group.atMs);
  // Segmentation recipes learn only from data imported with mode FULL (developer guide, "Getting batch user segments").
  const used = recipe.family === 'segment' ? imports.slice(0, 1) : imports;
  if (used.length === 0) return undefined;
  return {
    schema: plane.resources.schemas.get(dataset.detail.schemaArn).detail.schema,
    csvFiles: importFiles(plane, used),
  };
}
