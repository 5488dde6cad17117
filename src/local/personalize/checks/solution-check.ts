/** Checks how a solution is configured: by its recipe, and by the data of its dataset group. */
import type { z } from 'zod';
import { columnsOf, isNumeric } from '../data/dataset-columns';
import type { Plane } from '../plane';
import { checkParameters, checkSearched } from '../recipes/parameter-check';
import { findSolutionRecipe, hasFeature, type Recipe } from '../recipes/recipes';
import { notComplete } from '../wire/not-complete';
import type { CREATE_SOLUTION, SOLUTION_CONFIG } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import { checkEvents } from './events-check';
import { checkTrainingColumns } from './training-columns';

type SolutionRequest = z.infer<typeof CREATE_SOLUTION>;
type SolutionConfig = z.infer<typeof SOLUTION_CONFIG>;

/**
 * Checks everything but the dataset group's status and the name.
 *
 * @throws AwsFault InvalidInputException, ResourceNotFoundException, NotImplementedException
 */
export function checkSolution(plane: Plane, request: SolutionRequest): void {
  if (request.performAutoML === true) throw notComplete('performAutoML, which AWS discourages,');
  if (request.solutionConfig?.autoMLConfig !== undefined) throw notComplete('solutionConfig.autoMLConfig');
  if (request.recipeArn === undefined) {
    throw invalidInput('A recipeArn must be provided when performAutoML is not true.');
  }
  const recipe = findSolutionRecipe(request.recipeArn);
  checkSearch(recipe, request);
  checkIncrementalUpdate(recipe, request);
  checkEvents(plane, request, recipe);
  const { solutionConfig: config = {}, datasetGroupArn } = request;
  checkParameters(recipe, config);
  checkObjective(plane, { recipe, datasetGroupArn, objective: config.optimizationObjective });
  if (config.trainingDataConfig !== undefined) checkTrainingColumns(plane, datasetGroupArn, config.trainingDataConfig);
  checkSchedule(config.autoTrainingConfig);
  if (recipe.name === 'aws-semantic-similarity') checkTexts(plane, datasetGroupArn);
}

const MAX_SEARCH_JOBS = { maxNumberOfTrainingJobs: 40, maxParallelTrainingJobs: 10 } as const;

/** Refuses a search for hyperparameters by name, since the recipes here have too few that matter to call it one. */
function checkSearch(recipe: Recipe, { performHPO, solutionConfig }: SolutionRequest): void {
  const { hpoResourceConfig, algorithmHyperParameterRanges: ranges } = solutionConfig?.hpoConfig ?? {};
  if (performHPO === true && !hasFeature(recipe, 'hpo')) {
    throw invalidInput(`Recipe ${recipe.name} does not support performHPO.`);
  }
  for (const name of ['maxNumberOfTrainingJobs', 'maxParallelTrainingJobs'] as const) {
    const text = hpoResourceConfig?.[name];
    const isCount =
      text === undefined || (/^\d+$/.test(text) && Number(text) >= 1 && Number(text) <= MAX_SEARCH_JOBS[name]);
    if (!isCount) throw invalidInput(`The ${name} ${text} is not valid; expected 1 to ${MAX_SEARCH_JOBS[name]}.`);
  }
  const searched = [
    ...(ranges?.integerHyperParameterRanges ?? []),
    ...(ranges?.continuousHyperParameterRanges ?? []),
    ...(ranges?.categoricalHyperParameterRanges ?? []),
  ];
  checkSearched(
    recipe,
    searched.map(({ name }) => name ?? ''),
  );
  if (performHPO === true) throw notComplete('performHPO');
}

/** @throws AwsFault InvalidInputException where the recipe has no incremental updates */
export function checkIncrementalUpdate(
  recipe: Recipe,
  { performIncrementalUpdate }: Pick<SolutionRequest, 'performIncrementalUpdate'>,
): void {
  if (performIncrementalUpdate === true && !hasFeature(recipe, 'incremental-update')) {
    throw invalidInput(`Recipe ${recipe.name} does not support performIncrementalUpdate.`);
  }
}

/** @throws AwsFault InvalidInputException where the days are not 1 to 30 */
export function checkSchedule(config: SolutionConfig['autoTrainingConfig']): void {
  const expression = config?.schedulingExpression;
  if (expression === undefined) return;
  const days = daysOf(expression);
  if (days < 1 || days > 30) {
    throw invalidInput(`The schedulingExpression ${expression} is not valid; expected rate(1 day) to rate(30 days).`);
  }
}

/** Reads the days of `rate(N days)`. */
export function daysOf(expression: string): number {
  return Number(/\d+/.exec(expression)?.[0]);
}

/** Source: developer guide, "Optimizing a solution for an additional objective". */
function checkObjective(
  plane: Plane,
  {
    recipe,
    datasetGroupArn,
    objective,
  }: {
    readonly recipe: Recipe;
    readonly datasetGroupArn: string;
    readonly objective: SolutionConfig['optimizationObjective'];
  },
): void {
  if (objective === undefined) return;
  if (!hasFeature(recipe, 'objective')) {
    throw invalidInput(`Recipe ${recipe.name} does not support optimizationObjective.`);
  }
  const { itemAttribute, objectiveSensitivity } = objective;
  if (itemAttribute === undefined || objectiveSensitivity === undefined) {
    throw invalidInput('The optimizationObjective must have an itemAttribute and an objectiveSensitivity.');
  }
  const columns = columnsOf(plane, datasetGroupArn, 'ITEMS');
  if (columns === undefined) throw invalidInput(`The dataset group ${datasetGroupArn} has no ITEMS dataset.`);
  const column = columns.find(({ name }) => name === itemAttribute);
  if (column === undefined) throw invalidInput(`The ITEMS dataset has no column ${itemAttribute}.`);
  if (!isNumeric(column) || column.isNullable) {
    throw invalidInput(`The itemAttribute ${itemAttribute} must be of a numerical type without null.`);
  }
}

/** Source: developer guide, "Semantic-Similarity recipe". Does nothing where there are no items yet. */
function checkTexts(plane: Plane, datasetGroupArn: string): void {
  const columns = columnsOf(plane, datasetGroupArn, 'ITEMS');
  if (columns === undefined) return;
  if (!columns.some(({ isItemName }) => isItemName)) {
    throw invalidInput('Recipe aws-semantic-similarity needs a string column of the ITEMS dataset with itemName true.');
  }
  if (!columns.some(({ isTextual }) => isTextual)) {
    throw invalidInput('Recipe aws-semantic-similarity needs a textual column of the ITEMS dataset.');
  }
}
