/** Names the imported files of a dataset group at a time, for trainings and batch jobs. */
import type { DatasetFiles, GroupFiles } from '../../compute-port';
import { datasetOf, importFiles, importsAt } from '../dataset-data';
import type { Plane } from '../plane';
import type { BatchFamily } from '../recipes';

/** Says of which group, as it was at `atMs` (epoch ms), and for which family of recipes. */
export interface GroupMoment {
  readonly datasetGroupArn: string;
  readonly atMs: number;
  readonly family: BatchFamily;
}

/** Finds the files of all datasets of a group; undefined where there are no interactions. */
export function findGroupFiles(plane: Plane, moment: GroupMoment): GroupFiles | undefined {
  const interactions = filesOf(plane, moment, 'INTERACTIONS');
  if (interactions === undefined) return undefined;
  const items = filesOf(plane, moment, 'ITEMS');
  const users = filesOf(plane, moment, 'USERS');
  return { interactions, ...(items === undefined ? {} : { items }), ...(users === undefined ? {} : { users }) };
}

function filesOf(plane: Plane, moment: GroupMoment, type: string): DatasetFiles | undefined {
  const dataset = datasetOf(plane, moment.datasetGroupArn, type);
  if (dataset === undefined) return undefined;
  const imports = importsAt(plane, dataset.arn, moment.atMs);
  // Segmentation recipes learn only from data imported with mode FULL (developer guide, "Getting batch user segments").
  const used = moment.family === 'segment' ? imports.slice(0, 1) : imports;
  if (used.length === 0) return undefined;
  return {
    schema: plane.resources.schemas.get(dataset.detail.schemaArn).detail.schema,
    csvFiles: importFiles(plane, used),
  };
}
