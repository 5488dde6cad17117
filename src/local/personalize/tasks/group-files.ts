/** Names the imported files of a dataset group at a time, for trainings and batch jobs. */
import type { DatasetFiles, GroupFiles } from '../../compute-port';
import { datasetOf, importFiles, importsAt } from '../data/dataset-data';
import type { Plane } from '../plane';
import type { DatasetType } from '../recipes/recipes';

/** Says of which group, as it was at `atMs` (epoch ms), and what is needed of it. */
export interface GroupMoment {
  readonly datasetGroupArn: string;
  readonly atMs: number;
  /** The datasets that must have rows. */
  readonly needs: readonly DatasetType[];
  /** Whether rows that came by INCREMENTAL imports are left out. */
  readonly isOnlyFull: boolean;
}

/** Stands for interactions that a recipe can do without. */
const NO_INTERACTIONS: DatasetFiles = {
  schema: JSON.stringify({
    type: 'record',
    name: 'Interactions',
    namespace: 'com.amazonaws.personalize.schema',
    version: '1.0',
    fields: [
      { name: 'USER_ID', type: 'string' },
      { name: 'ITEM_ID', type: 'string' },
      { name: 'TIMESTAMP', type: 'long' },
    ],
  }),
  csvFiles: [],
};

/** Finds the files of all datasets of a group; the name of one that is needed and has no rows. */
export function findGroupFiles(plane: Plane, moment: GroupMoment): GroupFiles | DatasetType {
  const found = {
    INTERACTIONS: filesOf(plane, moment, 'INTERACTIONS'),
    ITEMS: filesOf(plane, moment, 'ITEMS'),
    USERS: filesOf(plane, moment, 'USERS'),
    ACTIONS: undefined,
    ACTION_INTERACTIONS: undefined,
  };
  const missing = moment.needs.find((type) => found[type] === undefined);
  if (missing !== undefined) return missing;
  const { INTERACTIONS: interactions = NO_INTERACTIONS, ITEMS: items, USERS: users } = found;
  return { interactions, ...(items === undefined ? {} : { items }), ...(users === undefined ? {} : { users }) };
}

function filesOf(plane: Plane, moment: GroupMoment, type: DatasetType): DatasetFiles | undefined {
  const dataset = datasetOf(plane, moment.datasetGroupArn, type);
  if (dataset === undefined) return undefined;
  const imports = importsAt(plane, dataset.arn, moment.atMs);
  const used = moment.isOnlyFull ? imports.slice(0, 1) : imports;
  if (used.length === 0) return undefined;
  return {
    schema: plane.resources.schemas.get(dataset.detail.schemaArn).detail.schema,
    csvFiles: importFiles(plane, used),
  };
}
