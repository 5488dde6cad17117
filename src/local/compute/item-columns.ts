/** Keeps in a model which columns of the items it was trained on, so that today's items are read alike. */
import type { TrainingSelection } from '../compute-port';
import type { ModelParts } from '../recommender/recipe';
import type { ColumnSelection } from './read-table';

const INCLUDED = 'includedItemColumns';
const EXCLUDED = 'excludedItemColumns';

/** Packs the selection of the items' columns; nothing where all are read. */
export function packItemColumns({ includedColumns, excludedColumns }: TrainingSelection): ModelParts {
  const [included, excluded] = [includedColumns?.ITEMS, excludedColumns?.ITEMS];
  return {
    numbers: {},
    texts: { ...(included && { [INCLUDED]: included }), ...(excluded && { [EXCLUDED]: excluded }) },
    arrays: {},
  };
}

/** Reads back what was packed. */
export function unpackItemColumns({ texts }: ModelParts): ColumnSelection {
  const [included, excluded] = [texts[INCLUDED], texts[EXCLUDED]];
  return {
    ...(included && { includedColumns: { ITEMS: included } }),
    ...(excluded && { excludedColumns: { ITEMS: excluded } }),
  };
}
