/** Checks and reads which columns a solution's training leaves out. Source: developer guide, "Configuring columns used when training". */
import type { z } from 'zod';
import { columnsOf } from '../data/dataset-columns';
import { datasetOf } from '../data/dataset-data';
import type { Plane } from '../plane';
import type { DatasetType } from '../recipes/recipes';
import type { Solution } from '../versions/train-version';
import type { SOLUTION_CONFIG } from '../wire/requests';
import { invalidInput } from '../wire/validate';

type TrainingDataConfig = NonNullable<z.infer<typeof SOLUTION_CONFIG>['trainingDataConfig']>;
type ColumnNames = Readonly<Record<string, readonly string[]>>;

/** Columns that every training reads, by dataset type. */
const REQUIRED: Readonly<Record<'INTERACTIONS' | 'ITEMS' | 'USERS', readonly string[]>> = {
  INTERACTIONS: ['USER_ID', 'ITEM_ID', 'TIMESTAMP', 'EVENT_TYPE'],
  ITEMS: ['ITEM_ID'],
  USERS: ['USER_ID'],
};

/**
 * Checks that the columns exist and that those which every training needs stay.
 *
 * @throws AwsFault InvalidInputException
 */
export function checkTrainingColumns(plane: Plane, datasetGroupArn: string, config: TrainingDataConfig): void {
  const excluded = inCapitals(config.excludedDatasetColumns) ?? {};
  const included = inCapitals(config.includedDatasetColumns) ?? {};
  const both = Object.keys(excluded).find((type) => Object.hasOwn(included, type));
  if (both !== undefined) {
    throw invalidInput(`The trainingDataConfig can't have both excluded and included columns of ${both}.`);
  }
  for (const [name, columns] of [...Object.entries(excluded), ...Object.entries(included)]) {
    const known = columnsOf(plane, datasetGroupArn, readType(name))?.map((field) => field.name);
    if (known === undefined) throw invalidInput(`The dataset group ${datasetGroupArn} has no ${name} dataset.`);
    const unknown = columns.find((column) => !known.includes(column));
    if (unknown !== undefined) {
      throw invalidInput(`The ${name} dataset has no column ${unknown}; it has [${known.join(', ')}].`);
    }
  }
  for (const [name, columns] of Object.entries(excluded)) {
    const required = columns.find((column) => REQUIRED[readType(name)].includes(column));
    if (required !== undefined)
      throw invalidInput(`The column ${required} of ${name} can't be excluded from training.`);
  }
}

/** The types of dataset whose schema can be replaced. */
const REPLACEABLE = ['ITEMS', 'USERS'] as const;

/** Lists the columns that trainings of a new solution may read, where later ones can join them. */
export function listKnownColumns(plane: Plane, datasetGroupArn: string): Record<string, string[]> {
  const known = REPLACEABLE.map((type) => [type, columnsOf(plane, datasetGroupArn, type)?.map(({ name }) => name)]);
  return Object.fromEntries(known.filter(([, columns]) => columns !== undefined));
}

/**
 * Lists the columns that replaced schemas have added since a solution was made, which its trainings leave out.
 * Source: developer guide, "Replacing a dataset's schema to add new columns".
 */
export function listAddedColumns(plane: Plane, { createdMs, detail }: Solution): ColumnNames {
  const added: Record<string, string[]> = {};
  for (const type of REPLACEABLE) {
    const known = detail.knownColumns?.[type];
    // A dataset that was made after the solution has replaced no schema.
    const madeMs = datasetOf(plane, detail.datasetGroupArn, type)?.createdMs;
    if (known === undefined || madeMs === undefined || madeMs > createdMs) continue;
    const names = (columnsOf(plane, detail.datasetGroupArn, type) ?? []).map(({ name }) => name);
    added[type] = names.filter((name) => !known.includes(name));
  }
  return added;
}

function readType(name: string): Extract<DatasetType, keyof typeof REQUIRED> {
  if (name === 'INTERACTIONS' || name === 'ITEMS' || name === 'USERS') return name;
  throw invalidInput(
    `The dataset type ${name} is not valid in trainingDataConfig; expected one of [INTERACTIONS, ITEMS, USERS].`,
  );
}

/** Gives the dataset types in capitals, which requests may write in any case. */
export function inCapitals(columns: ColumnNames | undefined): ColumnNames | undefined {
  if (columns === undefined) return undefined;
  return Object.fromEntries(Object.entries(columns).map(([type, names]) => [type.toUpperCase(), names]));
}
