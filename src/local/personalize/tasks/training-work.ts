/** Trains a solution version on what its dataset group held when it was created. */
import { rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { GroupFiles, TrainTask } from '../../compute-port';
import { syncFolder } from '../../files';
import { seedOf } from '../arns';
import { inCapitals, listAddedColumns } from '../checks/training-columns';
import type { Plane, TrainingResult } from '../plane';
import { findRecipe } from '../recipes/recipes';
import type { Solution } from '../versions/train-version';
import type { SolutionVersion } from '../versions/versions';
import { findGroupFiles } from './group-files';
import { failWork, type WorkEnd, type Workshop } from './work';

/** Trains the version; done again after a kill, it gives the same model. */
export async function trainVersion(shop: Workshop, arn: string): Promise<WorkEnd<TrainingResult>> {
  const { plane } = shop;
  const version = plane.resources.solutionVersions.get(arn);
  if (version.detail.stop !== undefined) return failWork('Stopped.');
  const solution = plane.resources.solutions.get(version.detail.solutionArn);
  const recipe = findRecipe(solution.detail.recipeArn ?? '');
  const { datasetGroupArn } = solution.detail;
  // Segmentation recipes learn only from data imported with mode FULL (developer guide, "Getting batch user segments").
  const isOnlyFull = recipe.family === 'segment';
  const moment = { datasetGroupArn, atMs: version.createdMs, needs: recipe.needs, isOnlyFull };
  const files = findGroupFiles(plane, moment);
  if (typeof files === 'string') return failWork(`The ${files} dataset has no imported data.`);
  const updatedModelFile = findUpdatedModel(plane, version);
  const modelFile = join(shop.folder, 'model');
  const task: TrainTask = {
    ...describeTraining({ version, solution, recipe: recipe.name, files, added: listAddedColumns(plane, solution) }),
    modelFile,
    ...(updatedModelFile === undefined ? {} : { updatedModelFile }),
  };
  const end = await shop.waitFor(shop.compute.train(task, shop.signal));
  if (!end.ok) return end;
  const model = `${arn.slice(arn.indexOf(':solution/') + ':solution/'.length).replace('/', '.')}.model`;
  await rename(modelFile, join(plane.folders.models, model));
  await syncFolder(plane.folders.models);
  if (shop.signal.aborted) {
    await rm(join(plane.folders.models, model), { force: true });
    return failWork('Stopped.');
  }
  return { ok: true, result: { metrics: { ...end.metrics }, trainingSeconds: end.trainingSeconds, model } };
}

function findUpdatedModel(plane: Plane, { detail }: SolutionVersion): string | undefined {
  if (detail.updatedVersionArn === undefined) return undefined;
  const { outcome } = plane.resources.solutionVersions.get(detail.updatedVersionArn);
  return outcome?.ok === true ? join(plane.folders.models, outcome.result.model) : undefined;
}

interface Training {
  readonly version: SolutionVersion;
  readonly solution: Solution;
  readonly recipe: string;
  readonly files: GroupFiles;
  /** Columns that came after the solution. */
  readonly added: Readonly<Record<string, readonly string[]>>;
}

/** Goes by the configuration of the time when the version was created. */
function describeTraining({ version, solution, recipe, files, added }: Training): Omit<TrainTask, 'modelFile'> {
  const { eventType } = solution.detail;
  const config = version.detail.solutionConfig ?? solution.detail.solutionConfig;
  const threshold = config?.eventValueThreshold;
  const events = (config?.eventsConfig?.eventParametersList ?? []).map(({ eventType: type = '', ...more }) => ({
    eventType: type,
    ...(more.eventValueThreshold === undefined ? {} : { eventValueThreshold: more.eventValueThreshold }),
    ...(more.weight === undefined ? {} : { weight: more.weight }),
  }));
  const { itemAttribute, objectiveSensitivity: sensitivity } = config?.optimizationObjective ?? {};
  const excludedColumns = withAdded(inCapitals(config?.trainingDataConfig?.excludedDatasetColumns), added);
  const includedColumns = inCapitals(config?.trainingDataConfig?.includedDatasetColumns);
  return {
    recipe,
    ...files,
    ...(eventType === undefined ? {} : { eventType }),
    ...(threshold === undefined ? {} : { eventValueThreshold: Number(threshold) }),
    ...(events.length === 0 ? {} : { events }),
    ...(excludedColumns === undefined ? {} : { excludedColumns }),
    ...(includedColumns === undefined ? {} : { includedColumns }),
    ...(itemAttribute === undefined || sensitivity === undefined ? {} : { objective: { itemAttribute, sensitivity } }),
    hyperParameters: { ...config?.algorithmHyperParameters, ...config?.featureTransformationParameters },
    seed: seedOf(version.arn),
  };
}

function withAdded(excluded: Training['added'] = {}, added: Training['added']): Training['added'] | undefined {
  const types = [...new Set([...Object.keys(excluded), ...Object.keys(added)])];
  const columns = types.map((type) => [type, [...(excluded[type] ?? []), ...(added[type] ?? [])]] as const);
  const named = columns.filter(([, names]) => names.length > 0);
  return named.length === 0 ? undefined : Object.fromEntries(named);
}
