/** Performs the operations on solution versions and their metrics. */
import { AwsFault } from '../../http/fault';
import { solutionVersionArn } from '../arns';
import { alreadyExists, type Resource } from '../collection';
import { datasetOf, importsAt } from '../dataset-data';
import { checkInFlight, jobLife, lifeOf, requireActive } from '../life';
import { notComplete } from '../not-complete';
import { takePage } from '../pages';
import type { Plane } from '../plane';
import { findRecipe } from '../recipes';
import { CREATE_SOLUTION_VERSION, DESCRIBE_SOLUTION_VERSION, LIST_OF_SOLUTION } from '../requests';
import { invalidInput } from '../validate';
import { creating, type JsonObject, reading } from './operation';

/** Versions that may be in training at a time. Source: developer guide, "endpoints and quotas". */
const MAX_TRAININGS_IN_FLIGHT = 20;

/** Starts a training on what the dataset group holds now. */
export const createSolutionVersion = creating(CREATE_SOLUTION_VERSION, async (plane, detail) => {
  const { solutions, solutionVersions } = plane.resources;
  if (detail.trainingMode === 'UPDATE') throw notComplete('trainingMode UPDATE');
  if (detail.trainingMode === 'AUTOTRAIN')
    throw invalidInput('The trainingMode AUTOTRAIN is set by Amazon Personalize only.');
  const solution = requireActive(plane, solutions, detail.solutionArn);
  const recipe = findRecipe(solution.detail.recipeArn ?? '');
  requireData(plane, solution.detail.datasetGroupArn, 'INTERACTIONS');
  if (recipe.needsItems) requireData(plane, solution.detail.datasetGroupArn, 'ITEMS');
  const versions = solutionVersions.list().filter((version) => version.detail.solutionArn === solution.arn);
  const namesake = versions.find((version) => detail.name !== undefined && version.detail.name === detail.name);
  if (namesake !== undefined) throw alreadyExists(namesake.arn);
  checkInFlight(plane, solutionVersions, MAX_TRAININGS_IN_FLIGHT);
  const arn = solutionVersionArn(solution.arn, versions.length + 1);
  await solutionVersions.add({ arn, detail, ...jobLife(plane, { operation: 'CreateSolutionVersion', arn }) });
  plane.start('solutionVersions', arn);
  return { solutionVersionArn: arn };
});

function requireData(plane: Plane, datasetGroupArn: string, datasetType: string): void {
  const dataset = datasetOf(plane, datasetGroupArn, datasetType);
  if (dataset !== undefined && importsAt(plane, dataset.arn, plane.now()).length > 0) return;
  const jobs = plane.resources.datasetImportJobs.list().filter((job) => job.detail.datasetArn === dataset?.arn);
  if (jobs.some((job) => /PENDING|IN_PROGRESS/.test(lifeOf(plane, job).status))) {
    throw new AwsFault('ResourceInUseException', `The import into ${dataset?.arn} is still in progress.`);
  }
  throw invalidInput(`Dataset group ${datasetGroupArn} has no imported data of type ${datasetType}.`);
}

/** Describes a solution version; trainingHours are those of this machine. */
export const describeSolutionVersion = reading(DESCRIBE_SOLUTION_VERSION, (plane, input) => {
  const version = plane.resources.solutionVersions.get(input.solutionVersionArn);
  const solution = plane.resources.solutions.get(version.detail.solutionArn).detail;
  const life = lifeOf(plane, version);
  const result = life.status === 'ACTIVE' && version.outcome?.ok === true ? version.outcome.result : undefined;
  return {
    solutionVersion: {
      name: version.detail.name,
      solutionVersionArn: version.arn,
      solutionArn: version.detail.solutionArn,
      performHPO: false,
      performAutoML: false,
      performIncrementalUpdate: false,
      recipeArn: solution.recipeArn,
      eventType: solution.eventType,
      datasetGroupArn: solution.datasetGroupArn,
      solutionConfig: solution.solutionConfig,
      trainingHours: result === undefined ? undefined : result.trainingSeconds / 3600,
      trainingMode: version.detail.trainingMode ?? 'FULL',
      trainingType: 'MANUAL',
      ...life,
    },
  };
});

/**
 * Lists solution versions, of one solution where it is named.
 * Throws an AwsFault ResourceNotFoundException where that does not exist.
 */
export const listSolutionVersions = reading(LIST_OF_SOLUTION, (plane, input) => {
  const { solutionArn } = input;
  if (solutionArn !== undefined) plane.resources.solutions.get(solutionArn);
  const all = plane.resources.solutionVersions.list();
  const page = takePage(
    all.filter(({ detail }) => solutionArn === undefined || detail.solutionArn === solutionArn),
    input,
  );
  return { solutionVersions: page.items.map((version) => summariseVersion(plane, version)), nextToken: page.nextToken };
});

/** Summarises a version as lists and its solution show it. */
export function summariseVersion(
  plane: Plane,
  version: Resource<{ readonly trainingMode?: string | undefined }, unknown>,
): JsonObject {
  return {
    solutionVersionArn: version.arn,
    trainingMode: version.detail.trainingMode ?? 'FULL',
    trainingType: 'MANUAL',
    ...lifeOf(plane, version),
  };
}

/** Answers the offline metrics of an ACTIVE version. */
export const getSolutionMetrics = reading(DESCRIBE_SOLUTION_VERSION, (plane, { solutionVersionArn: arn }) => {
  const version = requireActive(plane, plane.resources.solutionVersions, arn);
  return { solutionVersionArn: arn, metrics: version.outcome?.ok === true ? version.outcome.result.metrics : {} };
});
