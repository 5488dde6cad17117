/** Checks what batch inference and batch segment requests have in common, and reads exploration settings. */
import { DEFAULT_RESULTS, MAX_INFERENCE_RESULTS, MAX_SEGMENT_USERS } from '../../../personalize/limits';
import type { Plane } from '../plane';
import { type BatchFamily, findRecipe, hasFeature, type Recipe } from '../recipes/recipes';
import { areSamePlace, parseS3Path } from '../s3-path';
import { requireTrained } from '../versions/versions';
import { invalidInput } from '../wire/validate';
import { checkJobFilter } from './filter-check';

/** Holds the members that both kinds of job have. */
export interface BatchRequest {
  readonly solutionVersionArn: string;
  readonly filterArn?: string | undefined;
  readonly numResults?: number | undefined;
  readonly jobInput: { readonly s3DataSource: { readonly path: string } };
  readonly jobOutput: { readonly s3DataDestination: { readonly path: string } };
}

/** Says what a job's solution version was trained with. */
export interface Trained {
  readonly recipe: Recipe;
  readonly datasetGroupArn: string;
}

/**
 * Checks a request, and finds the recipe and the dataset group of its solution version.
 *
 * @throws AwsFault InvalidInputException, ResourceNotFoundException, ResourceInUseException
 */
export function checkBatchRequest(plane: Plane, request: BatchRequest, family: BatchFamily): Trained {
  checkPaths(request.jobInput.s3DataSource.path, request.jobOutput.s3DataDestination.path);
  checkNumResults(request.numResults ?? DEFAULT_RESULTS, family);
  const version = requireTrained(plane, request.solutionVersionArn);
  const { recipeArn = '', datasetGroupArn } = plane.resources.solutions.get(version.detail.solutionArn).detail;
  const recipe = findRecipe(recipeArn);
  if (recipe.family !== family) {
    throw invalidInput(`Recipe ${recipe.name} does not support batch ${family} jobs.`);
  }
  if (request.filterArn !== undefined) checkJobFilter(plane, request.filterArn, { recipe, datasetGroupArn });
  return { recipe, datasetGroupArn };
}

function checkPaths(inputText: string, outputText: string): void {
  const [input, output] = [parseS3Path(inputText), parseS3Path(outputText)];
  if (input === undefined) throw invalidInput('Invalid S3 input path');
  const isFolder = outputText.endsWith('/') || output?.prefix === '';
  if (output === undefined || !isFolder) throw invalidInput('Invalid S3 output path');
  if (areSamePlace(input, output)) {
    throw invalidInput('Invalid S3 output path: it must be another location than the input path.');
  }
}

function checkNumResults(numResults: number, family: BatchFamily): void {
  const most = family === 'segment' ? MAX_SEGMENT_USERS : MAX_INFERENCE_RESULTS;
  if (numResults < 1 || numResults > most) {
    throw invalidInput(`The numResults ${numResults} is not valid; expected 1 to ${most}.`);
  }
}

/** Holds exploration settings: `weight` in [0, 1], `ageCutOffDays` positive. */
export interface Exploration {
  readonly weight?: number;
  readonly ageCutOffDays?: number;
}

/**
 * Reads itemExplorationConfig, whose values are texts.
 *
 * @throws AwsFault InvalidInputException where a name is unknown, a value out of range, or the recipe does not take it
 */
export function readExploration(config: Readonly<Record<string, string>> | undefined, recipe: Recipe): Exploration {
  const entries = Object.entries(config ?? {});
  if (entries.length > 0 && !hasFeature(recipe, 'exploration-settings')) {
    throw invalidInput(`Recipe ${recipe.name} does not support itemExplorationConfig.`);
  }
  const exploration: { weight?: number; ageCutOffDays?: number } = {};
  for (const [name, text] of entries) {
    const value = text.trim() === '' ? Number.NaN : Number(text);
    if (name === 'explorationWeight' && value >= 0 && value <= 1) exploration.weight = value;
    else if (name === 'explorationItemAgeCutOff' && value > 0) exploration.ageCutOffDays = value;
    else throw invalidInput(`The itemExplorationConfig member ${name} with value ${text} is not valid.`);
  }
  return exploration;
}
