/** Gives the items beyond the dense ones a few neighbours that speak for them, each weighed on its own. */
import { type Histories, historyOf } from './histories';
import { createKernel, type WeightSettings } from './item-weights';
import { MAX_HISTORY } from './kernels';
import { selectTop } from './rank';

/** Sparse rows: row r holds `columns[offsets[r]] … ` with `values` beside them; rows and columns are places in `itemIds`. */
export interface SparseRows {
  readonly offsets: Int32Array;
  readonly columns: Int32Array;
  readonly values: Float32Array;
}

/** Neighbours kept for an item. */
const KEPT = 20;
/** Places of a history, to each side, in which a neighbour is looked for. */
const WINDOW = 50;
/** Neighbours are weighed as if each were alone, so that their sum says too much; chosen on an inner split. */
const DAMPING = 0.5;

/**
 * Finds the neighbours of every item that is not dense: rows are targets, columns their sources.
 * The weight is that of a ridge regression on the one source: co-occurrence / (the source's own + lambda).
 *
 * @param dense  places of the dense items; their rows stay empty
 */
export function findNeighbours(histories: Histories, dense: Int32Array, settings: WeightSettings): SparseRows {
  const kernel = createKernel(settings);
  const isDense = new Uint8Array(histories.itemIds.length);
  for (const item of dense) isDense[item] = 1;
  const strength = new Float64Array(histories.itemIds.length);
  const places = listPlaces(histories, isDense);
  forEachHistory(histories, (history) => {
    history.forEach((item, place) => {
      strength[item] = (strength[item] ?? 0) + kernel.same(place, place, history.length);
    });
  });
  const rows = createRowWriter(histories.itemIds.length);
  const together = new Float64Array(histories.itemIds.length);
  for (let target = 0; target < histories.itemIds.length; target++) {
    const touched = new Set<number>();
    for (const { user, place } of places[target] ?? []) {
      const history = historyOf(histories, user).subarray(-MAX_HISTORY);
      const last = Math.min(history.length - 1, place + WINDOW);
      for (let source = Math.max(0, place - WINDOW); source <= last; source++) {
        const item = history[source] ?? 0;
        if (source === place) continue;
        touched.add(item);
        together[item] = (together[item] ?? 0) + kernel.toward(source, place);
      }
    }
    const sources = Int32Array.from(touched).sort();
    const weights = Float64Array.from(sources, (item) => {
      return (DAMPING * (together[item] ?? 0)) / ((strength[item] ?? 0) + settings.lambda);
    });
    rows.add(selectTop(weights, KEPT).sort(), sources, weights);
    for (const item of touched) together[item] = 0;
  }
  return rows.finish();
}

interface Place {
  readonly user: number;
  readonly place: number;
}

function listPlaces(histories: Histories, isDense: Uint8Array): readonly (readonly Place[] | undefined)[] {
  const places: Place[][] = [];
  forEachHistory(histories, (history, user) => {
    history.forEach((item, place) => {
      if (isDense[item] === 1) return;
      const list = places[item] ?? [];
      list.push({ user, place });
      places[item] = list;
    });
  });
  return places;
}

function forEachHistory(histories: Histories, visit: (history: Int32Array, user: number) => void): void {
  for (let user = 0; user < histories.userIds.length; user++) {
    visit(historyOf(histories, user).subarray(-MAX_HISTORY), user);
  }
}

interface RowWriter {
  /** Adds the next row: the chosen places of `columns` and `values` with a value above 0. */
  add(chosen: Int32Array, columns: Int32Array, values: Float64Array): void;
  finish(): SparseRows;
}

function createRowWriter(count: number): RowWriter {
  const offsets = new Int32Array(count + 1);
  const allColumns: number[] = [];
  const allValues: number[] = [];
  let row = 0;
  return {
    add(chosen, columns, values) {
      for (const at of chosen) {
        if (!((values[at] ?? 0) > 0)) continue;
        allColumns.push(columns[at] ?? 0);
        allValues.push(values[at] ?? 0);
      }
      offsets[++row] = allColumns.length;
    },
    finish: () => ({ offsets, columns: Int32Array.from(allColumns), values: Float32Array.from(allValues) }),
  };
}

/** Makes rows of columns: what was by target becomes by source, or back; columns ascend in each row. */
export function transposeSparse(rows: SparseRows): SparseRows {
  const count = rows.offsets.length - 1;
  const offsets = new Int32Array(count + 1);
  for (const column of rows.columns) offsets[column + 1] = (offsets[column + 1] ?? 0) + 1;
  for (let row = 0; row < count; row++) offsets[row + 1] = (offsets[row + 1] ?? 0) + (offsets[row] ?? 0);
  const next = offsets.slice();
  const columns = new Int32Array(rows.columns.length);
  const values = new Float32Array(rows.values.length);
  for (let row = 0; row < count; row++) {
    for (let at = rows.offsets[row] ?? 0; at < (rows.offsets[row + 1] ?? 0); at++) {
      const column = rows.columns[at] ?? 0;
      const to = next[column] ?? 0;
      columns[to] = row;
      values[to] = rows.values[at] ?? 0;
      next[column] = to + 1;
    }
  }
  return { offsets, columns, values };
}
