/** Gives the items beyond the dense ones a few neighbours that speak for them, each weighed on its own. */
import { type Histories, historyOf, weightsOf } from './histories';
import { createKernel, type WeightSettings } from './item-weights';
import { type Kernel, MAX_HISTORY } from './kernels';
import { selectTop } from './rank';
import { createRowWriter, type SparseRows } from './sparse-rows';

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
  const strength = sumStrength(histories, kernel);
  const takers = listTakers(histories, dense);
  const itemCount = histories.itemIds.length;
  const rows = createRowWriter(itemCount);
  const counts: Counts = { together: new Float64Array(itemCount), touched: new Int32Array(itemCount), used: 0 };
  for (let target = 0; target < itemCount; target++) {
    for (let at = takers.offsets[target] ?? 0; at < (takers.offsets[target + 1] ?? 0); at++) {
      addTaker(counts, { histories, kernel, user: takers.users[at] ?? 0, place: takers.places[at] ?? 0 });
    }
    const sources = counts.touched.slice(0, counts.used).sort();
    const weights = Float64Array.from(sources, (item) => {
      return (DAMPING * (counts.together[item] ?? 0)) / ((strength[item] ?? 0) + settings.lambda);
    });
    rows.add(selectTop(weights, KEPT).sort(), sources, weights);
    for (const item of sources) counts.together[item] = 0;
    counts.used = 0;
  }
  return rows.finish();
}

/** Sums how much each item is there as a source. */
function sumStrength(histories: Histories, kernel: Kernel): Float64Array {
  const strength = new Float64Array(histories.itemIds.length);
  for (let user = 0; user < histories.userIds.length; user++) {
    const history = historyOf(histories, user).subarray(-MAX_HISTORY);
    history.forEach((item, place) => {
      strength[item] = (strength[item] ?? 0) + kernel.same(place, place, history.length);
    });
  }
  return strength;
}

/** Who has an item, and at which place of the history: those of item i from `offsets[i]` to `offsets[i + 1]` − 1. */
interface Takers {
  readonly offsets: Int32Array;
  readonly users: Int32Array;
  readonly places: Int32Array;
}

function listTakers(histories: Histories, dense: Int32Array): Takers {
  const itemCount = histories.itemIds.length;
  const isDense = new Uint8Array(itemCount);
  for (const item of dense) isDense[item] = 1;
  const offsets = new Int32Array(itemCount + 1);
  const visit = (take: (item: number, user: number, place: number) => void): void => {
    for (let user = 0; user < histories.userIds.length; user++) {
      historyOf(histories, user)
        .subarray(-MAX_HISTORY)
        .forEach((item, place) => {
          if (isDense[item] === 0) take(item, user, place);
        });
    }
  };
  visit((item) => {
    offsets[item + 1] = (offsets[item + 1] ?? 0) + 1;
  });
  for (let item = 0; item < itemCount; item++) offsets[item + 1] = (offsets[item + 1] ?? 0) + (offsets[item] ?? 0);
  const next = offsets.slice();
  const users = new Int32Array(offsets[itemCount] ?? 0);
  const places = new Int32Array(users.length);
  visit((item, user, place) => {
    const at = next[item] ?? 0;
    users[at] = user;
    places[at] = place;
    next[item] = at + 1;
  });
  return { offsets, users, places };
}

interface Counts {
  /** How much each source speaks for the target. */
  readonly together: Float64Array;
  /** The sources that do, the first `used` of the array, each once. */
  readonly touched: Int32Array;
  used: number;
}

interface Taker {
  readonly histories: Histories;
  readonly kernel: Kernel;
  readonly user: number;
  readonly place: number;
}

function addTaker(counts: Counts, { histories, kernel, user, place }: Taker): void {
  const history = historyOf(histories, user).subarray(-MAX_HISTORY);
  const weight = weightsOf(histories, user)?.subarray(-MAX_HISTORY)[place] ?? 1;
  const last = Math.min(history.length - 1, place + WINDOW);
  for (let source = Math.max(0, place - WINDOW); source <= last; source++) {
    if (source === place) continue;
    const item = history[source] ?? 0;
    const toward = weight * kernel.toward(source, place);
    if (!(toward > 0)) continue;
    const known = counts.together[item] ?? 0;
    if (known === 0) counts.touched[counts.used++] = item;
    counts.together[item] = known + toward;
  }
}
