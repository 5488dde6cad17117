/** Checks which events a solution is trained on. Source: developer guide, "Optimizing a solution with events configuration". */
import type { z } from 'zod';
import { columnsOf } from '../data/dataset-columns';
import type { Plane } from '../plane';
import { hasFeature, type Recipe } from '../recipes/recipes';
import type { CREATE_SOLUTION, SOLUTION_CONFIG } from '../wire/requests';
import { invalidInput } from '../wire/validate';

type EventsConfig = NonNullable<z.infer<typeof SOLUTION_CONFIG>['eventsConfig']>;
type SolutionRequest = Pick<z.infer<typeof CREATE_SOLUTION>, 'datasetGroupArn' | 'eventType' | 'solutionConfig'>;

/**
 * Checks eventType, eventValueThreshold and eventsConfig against each other, the recipe and the columns of the data.
 *
 * @throws AwsFault InvalidInputException
 */
export function checkEvents(plane: Plane, solution: SolutionRequest, recipe: Recipe): void {
  const { eventType, solutionConfig } = solution;
  const { eventValueThreshold: threshold, eventsConfig } = solutionConfig ?? {};
  if (threshold !== undefined && (threshold.trim() === '' || !Number.isFinite(Number(threshold)))) {
    throw invalidInput(`The eventValueThreshold ${threshold} is not a number.`);
  }
  if (threshold !== undefined && eventType === undefined && eventsConfig === undefined) {
    throw invalidInput('An eventValueThreshold needs an eventType.');
  }
  if (eventsConfig !== undefined) checkEventsConfig(eventsConfig, { recipe, solution });
  const list = eventsConfig?.eventParametersList ?? [];
  const hasThresholds = threshold !== undefined || list.some((one) => one.eventValueThreshold !== undefined);
  if (eventType !== undefined || list.length > 0) requireColumn(plane, solution.datasetGroupArn, 'EVENT_TYPE');
  if (hasThresholds) requireColumn(plane, solution.datasetGroupArn, 'EVENT_VALUE');
}

function checkEventsConfig(
  { eventParametersList: list = [] }: EventsConfig,
  { recipe, solution }: { readonly recipe: Recipe; readonly solution: SolutionRequest },
): void {
  if (!hasFeature(recipe, 'event-weights')) {
    throw invalidInput(`Recipe ${recipe.name} does not support eventsConfig.`);
  }
  if (solution.eventType !== undefined || solution.solutionConfig?.eventValueThreshold !== undefined) {
    throw invalidInput("The eventsConfig can't be used together with eventType or eventValueThreshold.");
  }
  const types = list.map((one) => one.eventType);
  if (types.some((type) => type === undefined || type === '')) {
    throw invalidInput('Every member of eventParametersList must have an eventType.');
  }
  const twice = types.find((type, place) => types.indexOf(type) !== place);
  if (twice !== undefined) throw invalidInput(`The eventParametersList has the eventType ${twice} twice.`);
  if (list.length > 0 && list.every(({ weight }) => weight === 0)) {
    throw invalidInput('At least one member of eventParametersList must have a weight over 0.');
  }
}

/** Does nothing where the group has no interactions yet: the training tells then. */
function requireColumn(plane: Plane, datasetGroupArn: string, name: string): void {
  const columns = columnsOf(plane, datasetGroupArn, 'INTERACTIONS');
  if (columns === undefined || columns.some((column) => column.name === name)) return;
  throw invalidInput(`The Interactions dataset of ${datasetGroupArn} has no column ${name}.`);
}
