/** Starts the training of solution versions: by hand, and by the schedules of solutions. */
import type { z } from 'zod';
import { AwsFault } from '../../http/fault';
import { solutionVersionArn } from '../arns';
import { datasetOf, importsAt } from '../data/dataset-data';
import type { Plane } from '../plane';
import { type DatasetType, findRecipe, hasFeature } from '../recipes/recipes';
import { alreadyExists, type Resource } from '../resources/collection';
import { isInFlight, jobLife } from '../resources/life';
import type { SOLUTION, SOLUTION_VERSION } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { isInTraining, newestWhole, versionsOf } from './versions';

export type Solution = Resource<z.infer<typeof SOLUTION>, Record<string, never>>;

type VersionRequest = Pick<z.infer<typeof SOLUTION_VERSION>, 'solutionArn' | 'name' | 'trainingMode' | 'tags'>;

/**
 * Starts a training on what the dataset group holds now.
 *
 * @returns the ARN of the new version
 * @throws AwsFault InvalidInputException, ResourceInUseException, ResourceAlreadyExistsException, LimitExceededException
 */
export async function startTraining(
  plane: Plane,
  solution: Solution,
  { request, trainingType }: { readonly request: VersionRequest; readonly trainingType: 'MANUAL' | 'AUTOMATIC' },
): Promise<string> {
  const { solutionVersions } = plane.resources;
  const recipe = findRecipe(solution.detail.recipeArn ?? '');
  for (const type of recipe.needs) requireData(plane, solution.detail.datasetGroupArn, type);
  const updatedVersionArn = request.trainingMode === 'UPDATE' ? findUpdated(plane, solution) : undefined;
  const versions = versionsOf(plane, solution.arn);
  const namesake = versions.find(({ detail }) => request.name !== undefined && detail.name === request.name);
  if (namesake !== undefined) throw alreadyExists(namesake.arn);
  checkTrainings(plane);
  const arn = nextArn(plane, solution.arn, versions.length + 1);
  // Kept as it is now: later updates of the solution are not for this version.
  const { solutionConfig = {}, performIncrementalUpdate } = solution.detail;
  const detail = { ...request, solutionConfig, performIncrementalUpdate, trainingType, updatedVersionArn };
  await solutionVersions.add({ arn, detail, ...jobLife(plane, { operation: 'CreateSolutionVersion', arn }) });
  plane.start('solutionVersions', arn);
  return arn;
}

/** Versions of a deleted solution had the same numbers, and jobs may still name them. */
function nextArn(plane: Plane, solutionArn: string, from: number): string {
  const { solutionVersions, batchInferenceJobs, batchSegmentJobs } = plane.resources;
  const jobs = [...batchInferenceJobs.list(), ...batchSegmentJobs.list()];
  const used = new Set(jobs.map(({ detail }) => detail.solutionVersionArn));
  let number = from;
  while (
    solutionVersions.has(solutionVersionArn(solutionArn, number)) ||
    used.has(solutionVersionArn(solutionArn, number))
  )
    number += 1;
  return solutionVersionArn(solutionArn, number);
}

/** AWS: "The UPDATE option can only be used when you already have an active solution version" made with FULL. */
function findUpdated(plane: Plane, solution: Solution): string {
  const recipe = findRecipe(solution.detail.recipeArn ?? '');
  if (!hasFeature(recipe, 'training-update')) {
    throw invalidInput(`Recipe ${recipe.name} does not support trainingMode UPDATE.`);
  }
  const earlier = newestWhole(plane, solution.arn);
  if (earlier !== undefined) return earlier.arn;
  throw invalidInput(
    `The trainingMode UPDATE needs an ACTIVE solution version of ${solution.arn} that was made with FULL.`,
  );
}

function checkTrainings(plane: Plane): void {
  const limit = plane.quotas['trainings-in-flight'];
  const busy = plane.resources.solutionVersions.list().filter((version) => isInTraining(plane, version));
  if (busy.length < limit) return;
  throw new AwsFault('LimitExceededException', `More than ${limit} resources with PENDING or IN_PROGRESS status.`);
}

function requireData(plane: Plane, datasetGroupArn: string, datasetType: DatasetType): void {
  if (hasData(plane, datasetGroupArn, datasetType)) return;
  const dataset = datasetOf(plane, datasetGroupArn, datasetType);
  const jobs = plane.resources.datasetImportJobs.list().filter((job) => job.detail.datasetArn === dataset?.arn);
  if (jobs.some((job) => isInFlight(plane, job))) {
    throw new AwsFault('ResourceInUseException', `The import into ${dataset?.arn} is still in progress.`);
  }
  throw invalidInput(`Dataset group ${datasetGroupArn} has no imported data of type ${datasetType}.`);
}

/** Tells whether a dataset has rows that a training could read. */
export function hasData(plane: Plane, datasetGroupArn: string, datasetType: DatasetType): boolean {
  const dataset = datasetOf(plane, datasetGroupArn, datasetType);
  return dataset !== undefined && importsAt(plane, dataset.arn, plane.now()).length > 0;
}
