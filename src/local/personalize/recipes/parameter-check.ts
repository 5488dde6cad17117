/** Checks the hyperparameters of solutions by recipe. Source: developer guide, the pages of the recipes. */

import { invalidInput } from '../wire/validate';
import type { Recipe } from './recipe';
import { ALGORITHM_PARAMETERS, type Parameter } from './recipe-contents';

type ParameterRange = Parameter['range'];
type Parameters = ReadonlyMap<string, ParameterRange>;

const SHARE: ParameterRange = ['continuous', 0, 1];

const USER_HISTORY: readonly (readonly [string, ParameterRange])[] = [
  ['min_user_history_length_percentile', SHARE],
  ['max_user_history_length_percentile', SHARE],
];

/** featureTransformationParameters by recipe; a recipe that is not listed has none. */
const FEATURES: Readonly<Record<string, readonly (readonly [string, ParameterRange])[]>> = {
  'aws-user-personalization': USER_HISTORY,
  'aws-personalized-ranking': USER_HISTORY,
  'aws-sims': [
    ...USER_HISTORY,
    ['min_item_interaction_count_percentile', SHARE],
    ['max_item_interaction_count_percentile', SHARE],
  ],
  'aws-trending-now': [
    ['trend_discovery_frequency', ['categorical', '30 minutes', '1 hour', '2 hours', '3 hours', '1 day']],
  ],
};

/** Holds the members of a solution's configuration that set parameters; all values are texts. */
export interface ParameterTexts {
  readonly algorithmHyperParameters?: Readonly<Record<string, string>> | undefined;
  readonly featureTransformationParameters?: Readonly<Record<string, string>> | undefined;
}

/**
 * Checks names and values of all parameters.
 *
 * @throws AwsFault InvalidInputException that names the known parameters, or the values that one may have
 */
export function checkParameters(recipe: Recipe, config: ParameterTexts): void {
  checkAll(recipe, algorithmOf(recipe), config.algorithmHyperParameters ?? {});
  checkAll(recipe, new Map(FEATURES[recipe.name] ?? []), config.featureTransformationParameters ?? {});
}

/** Checks that hyperparameters whose ranges are to be searched are the recipe's. */
export function checkSearched(recipe: Recipe, names: readonly string[]): void {
  const known = algorithmOf(recipe);
  for (const name of names) if (!known.has(name)) throw unknownParameter(recipe, name, known);
}

function algorithmOf(recipe: Recipe): Parameters {
  return new Map((ALGORITHM_PARAMETERS[recipe.name] ?? []).map(({ name, range }) => [name, range]));
}

function checkAll(recipe: Recipe, known: Parameters, texts: Readonly<Record<string, string>>): void {
  for (const [name, text] of Object.entries(texts)) {
    const range = known.get(name);
    if (range === undefined) throw unknownParameter(recipe, name, known);
    if (!fits(range, text)) {
      throw invalidInput(`The hyperparameter ${name} has the value ${text}; expected ${describe(range)}.`);
    }
    const upper = name.startsWith('min_') ? texts[name.replace('min_', 'max_')] : undefined;
    if (upper !== undefined && !(Number(text) < Number(upper))) {
      throw invalidInput(`The hyperparameter ${name} must be less than ${name.replace('min_', 'max_')}.`);
    }
  }
}

function unknownParameter(recipe: Recipe, name: string, known: Parameters): Error {
  const expected = known.size === 0 ? 'it has none' : `expected one of [${[...known.keys()].join(', ')}]`;
  return invalidInput(`Recipe ${recipe.name} has no hyperparameter ${name}; ${expected}.`);
}

function fits(range: ParameterRange, text: string): boolean {
  if (range[0] === 'categorical') return range.slice(1).includes(text.toLowerCase());
  const value = text.trim() === '' ? Number.NaN : Number(text);
  return value >= range[1] && value <= range[2] && (range[0] === 'continuous' || Number.isInteger(value));
}

function describe(range: ParameterRange): string {
  if (range[0] === 'categorical') return `one of [${range.slice(1).join(', ')}]`;
  return `${range[0] === 'integer' ? 'an integer' : 'a number'} from ${range[1]} to ${range[2]}`;
}
