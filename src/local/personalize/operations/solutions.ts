/** Performs the operations on solutions. */
import type { z } from 'zod';
import { arnOf } from '../arns';
import { lifeOf, quickLife, requireActive } from '../life';
import { notComplete } from '../not-complete';
import { takePage } from '../pages';
import { findRecipe } from '../recipes';
import { CREATE_SOLUTION, DESCRIBE_SOLUTION, LIST_OF_GROUP } from '../requests';
import { invalidInput } from '../validate';
import { creating, reading } from './operation';
import { summariseVersion } from './solution-versions';

/** Adds a solution. `performAutoTraining` is recorded, and no version is trained by itself. */
export const createSolution = creating(CREATE_SOLUTION, async (plane, detail) => {
  refuseUnbuilt(detail);
  if (detail.recipeArn === undefined) {
    throw invalidInput('A recipeArn must be provided when performAutoML is not true.');
  }
  findRecipe(detail.recipeArn);
  requireActive(plane, plane.resources.datasetGroups, detail.datasetGroupArn);
  const threshold = detail.solutionConfig?.eventValueThreshold;
  if (threshold !== undefined && (threshold.trim() === '' || !Number.isFinite(Number(threshold)))) {
    throw invalidInput(`The eventValueThreshold ${threshold} is not a number.`);
  }
  if (threshold !== undefined && detail.eventType === undefined) {
    throw invalidInput('An eventValueThreshold needs an eventType.');
  }
  const arn = arnOf(plane, `solution/${detail.name}`);
  await plane.resources.solutions.add({ arn, detail, ...quickLife(plane) });
  return { solutionArn: arn };
});

const UNBUILT_FLAGS = ['performHPO', 'performAutoML', 'performIncrementalUpdate'] as const;
const UNBUILT_CONFIG = [
  'hpoConfig',
  'autoMLConfig',
  'eventsConfig',
  'optimizationObjective',
  'trainingDataConfig',
] as const;

/** Refuses what would change the training and is not built: to ignore it would be to pretend. */
function refuseUnbuilt(detail: z.infer<typeof CREATE_SOLUTION>): void {
  const flag = UNBUILT_FLAGS.find((name) => detail[name] === true);
  const config = UNBUILT_CONFIG.find((name) => detail.solutionConfig?.[name] !== undefined);
  const unbuilt = flag ?? (config === undefined ? undefined : `solutionConfig.${config}`);
  if (unbuilt !== undefined) throw notComplete(unbuilt);
}

/** Describes a solution with its latest version. */
export const describeSolution = reading(DESCRIBE_SOLUTION, (plane, { solutionArn }) => {
  const solution = plane.resources.solutions.get(solutionArn);
  const { tags: _, ...detail } = solution.detail;
  const versions = plane.resources.solutionVersions.list();
  const latest = versions.findLast((version) => version.detail.solutionArn === solutionArn);
  return {
    solution: {
      ...detail,
      solutionArn,
      performHPO: detail.performHPO ?? false,
      performAutoML: detail.performAutoML ?? false,
      performAutoTraining: detail.performAutoTraining ?? true,
      performIncrementalUpdate: detail.performIncrementalUpdate ?? false,
      latestSolutionVersion: latest === undefined ? undefined : summariseVersion(plane, latest),
      ...lifeOf(plane, solution),
    },
  };
});

/** Lists solutions, of one dataset group where it is named. */
export const listSolutions = reading(LIST_OF_GROUP, (plane, input) => {
  const { datasetGroupArn } = input;
  const all = plane.resources.solutions.list();
  const page = takePage(
    all.filter(({ detail }) => datasetGroupArn === undefined || detail.datasetGroupArn === datasetGroupArn),
    input,
  );
  const solutions = page.items.map((solution) => ({
    name: solution.detail.name,
    solutionArn: solution.arn,
    recipeArn: solution.detail.recipeArn,
    ...lifeOf(plane, solution),
  }));
  return { solutions, nextToken: page.nextToken };
});
