/** Leans scores towards items with high values of one numeric column: `optimizationObjective`. */
import { takeFloat64, takeNumber } from './model-parts';
import type { ItemTable, ModelParts, Objective } from './recipe';

/** The factor by which the score of each place is multiplied, above 0 and at most 1. */
export type ObjectiveFactors = Float64Array;

/** How often the square root is drawn from an item's rank: none for HIGH, so that LOW hardly moves the order. */
const ROOTS = { LOW: 2, MEDIUM: 1, HIGH: 0 } as const;

/**
 * Packs an objective; its parts are empty where there is none, it is OFF, or the column doesn't exist.
 *
 * The score of an item, which stands for the chance that it is taken, is multiplied by its rank q by the column, from 0
 * (lowest) to 1: by q^¼ for LOW, √q for MEDIUM and q for HIGH. So HIGH ranks by chance times value, the expected reward,
 * and the others lie between that and relevance (compare value-aware ranking in Jannach & Adomavicius, "Price and
 * Profit Awareness in Recommender Systems", 2017). AWS documents the levels, not the formula: nightjar's choice.
 */
export function packObjective(
  itemIds: readonly string[],
  table: ItemTable | undefined,
  objective: Objective | undefined,
): ModelParts {
  const cells = objective === undefined ? undefined : table?.columns[objective.itemAttribute];
  if (objective === undefined || objective.sensitivity === 'OFF' || cells === undefined) {
    return { numbers: {}, texts: {}, arrays: {} };
  }
  const scale = {
    sorted: Float64Array.from(cells, readValue)
      .filter((value) => !Number.isNaN(value))
      .sort(),
    roots: ROOTS[objective.sensitivity],
  };
  return {
    numbers: { objectiveRoots: scale.roots },
    texts: { objectiveColumn: [objective.itemAttribute] },
    arrays: {
      objectiveValues: scale.sorted,
      objectiveFactors: computeFactors(readColumn(itemIds, table, objective.itemAttribute), scale),
    },
  };
}

/**
 * Gives the factors of the model's items and behind them of those that came since, whose values are in `today`; undefined
 * where the model has no objective.
 */
export function openObjective(
  parts: ModelParts,
  addedIds: readonly string[] = [],
  today?: ItemTable,
): ObjectiveFactors | undefined {
  const column = parts.texts.objectiveColumn?.[0];
  if (column === undefined) return undefined;
  const scale = { sorted: takeFloat64(parts, 'objectiveValues'), roots: takeNumber(parts, 'objectiveRoots') };
  const trained = takeFloat64(parts, 'objectiveFactors');
  const factors = new Float64Array(trained.length + addedIds.length);
  factors.set(trained);
  factors.set(computeFactors(readColumn(addedIds, today, column), scale), trained.length);
  return factors;
}

interface Scale {
  readonly sorted: Float64Array;
  readonly roots: number;
}

/** Items without a value are in the middle. */
function computeFactors(values: Float64Array, { sorted, roots }: Scale): ObjectiveFactors {
  return values.map((value) => {
    let factor = Number.isNaN(value) ? 0.5 : rankOf(sorted, value);
    for (let root = 0; root < roots; root++) factor = Math.sqrt(factor);
    return factor;
  });
}

/** Reads a numeric column by place of item; NaN where an item has no value. */
export function readColumn(itemIds: readonly string[], table: ItemTable | undefined, column: string): Float64Array {
  const values = new Map(table?.itemIds.map((id, row) => [id, readValue(table.columns[column]?.[row])]));
  return Float64Array.from(itemIds, (id) => values.get(id) ?? Number.NaN);
}

function readValue(cell: string | undefined): number {
  return cell === undefined || cell.trim() === '' ? Number.NaN : Number(cell);
}

/** The share of the values that lie below, equal ones counted half; never 0. */
function rankOf(sorted: Float64Array, value: number): number {
  const below = countBelow(sorted, (other) => other < value);
  const upTo = countBelow(sorted, (other) => other <= value);
  return (below + upTo + 1) / (2 * sorted.length + 1);
}

function countBelow(sorted: Float64Array, isBelow: (value: number) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isBelow(sorted[middle] ?? 0)) low = middle + 1;
    else high = middle;
  }
  return low;
}
