/** Trains a solution version on what its dataset group held when it was created. */
import { join } from 'node:path';
import type { TrainTask } from '../../compute-port';
import { seedOf } from '../arns';
import type { TrainingResult } from '../plane';
import { findRecipe } from '../recipes';
import { findGroupFiles } from './group-files';
import type { WorkEnd, Workshop } from './work';

/** Trains the version; done again after a kill, it gives the same model. */
export async function trainVersion(shop: Workshop, arn: string): Promise<WorkEnd<TrainingResult>> {
  const { plane } = shop;
  const version = plane.resources.solutionVersions.get(arn);
  const solution = plane.resources.solutions.get(version.detail.solutionArn).detail;
  const recipe = findRecipe(solution.recipeArn ?? '');
  const moment = { datasetGroupArn: solution.datasetGroupArn, atMs: version.createdMs, family: recipe.family };
  const files = findGroupFiles(plane, moment);
  if (files === undefined) return { ok: false, failureReason: 'Interactions dataset has no imported data.' };
  const config = solution.solutionConfig;
  const threshold = config?.eventValueThreshold;
  const model = `${arn.slice(arn.indexOf(':solution/') + ':solution/'.length).replace('/', '.')}.model`;
  const task: TrainTask = {
    recipe: recipe.name,
    ...files,
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
