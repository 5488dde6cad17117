/** Checks what only batch inference jobs have: themes and the influence on rankings. */
import type { z } from 'zod';
import { THEME_REGIONS } from '../../../personalize/limits';
import { columnsOf } from '../data/dataset-columns';
import { datasetOf } from '../data/dataset-data';
import type { Plane } from '../plane';
import { hasFeature } from '../recipes/recipes';
import type { CREATE_BATCH_INFERENCE_JOB } from '../wire/requests';
import { invalidInput } from '../wire/validate';
import type { Trained } from './batch-request';

type InferenceRequest = z.infer<typeof CREATE_BATCH_INFERENCE_JOB>;

/**
 * Checks batchInferenceJobMode with its configuration.
 *
 * @throws AwsFault InvalidInputException
 */
export function checkThemes(plane: Plane, request: InferenceRequest, { recipe, datasetGroupArn }: Trained): void {
  const { themeGenerationConfig } = request;
  if (request.batchInferenceJobMode !== 'THEME_GENERATION') {
    if (themeGenerationConfig === undefined) return;
    throw invalidInput('A themeGenerationConfig needs the batchInferenceJobMode THEME_GENERATION.');
  }
  if (!hasFeature(recipe, 'themes')) throw invalidInput(`Recipe ${recipe.name} does not support THEME_GENERATION.`);
  if (!THEME_REGIONS.includes(plane.region)) {
    throw invalidInput(`Themes are not available in ${plane.region}; they are in [${THEME_REGIONS.join(', ')}].`);
  }
  if (themeGenerationConfig === undefined) {
    throw invalidInput('The batchInferenceJobMode THEME_GENERATION needs a themeGenerationConfig.');
  }
  const columns = columnsOf(plane, datasetGroupArn, 'ITEMS') ?? [];
  if (!columns.some(({ isTextual }) => isTextual)) {
    throw invalidInput('Themes need an ITEMS dataset with a textual column.');
  }
  const { itemName } = themeGenerationConfig.fieldsForThemeGeneration;
  const column = columns.find(({ name }) => name === itemName);
  if (column === undefined) throw invalidInput(`The ITEMS dataset has no column ${itemName}.`);
  if (column.type !== 'string') throw invalidInput(`The column ${itemName} of ITEMS must be of the type string.`);
}

/**
 * Checks rankingInfluence by the data that it goes by. Source: developer guide, "Semantic-Similarity recipe".
 *
 * @throws AwsFault InvalidInputException
 */
export function checkInfluence(plane: Plane, request: InferenceRequest, { recipe, datasetGroupArn }: Trained): void {
  const influence = request.batchInferenceJobConfig?.rankingInfluence ?? {};
  if (Object.keys(influence).length === 0) return;
  if (!hasFeature(recipe, 'ranking-influence')) {
    throw invalidInput(`Recipe ${recipe.name} does not support rankingInfluence.`);
  }
  if ((influence.POPULARITY ?? 0) > 0 && datasetOf(plane, datasetGroupArn, 'INTERACTIONS') === undefined) {
    throw invalidInput('The rankingInfluence POPULARITY needs an INTERACTIONS dataset.');
  }
  const columns = columnsOf(plane, datasetGroupArn, 'ITEMS') ?? [];
  if ((influence.FRESHNESS ?? 0) > 0 && !columns.some(({ name }) => name === 'CREATION_TIMESTAMP')) {
    throw invalidInput('The rankingInfluence FRESHNESS needs a column CREATION_TIMESTAMP of the ITEMS dataset.');
  }
}
