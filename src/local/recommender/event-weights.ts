/** Scales the weights that a solution gives to event types. */
import type { EventColumns } from './event-log';

/**
 * Scales the weights so that those of the event types have the mean 1, as Personalize does: 0.3 and 0.1 become 1.5 and
 * 0.5. Gives undefined where all events count the same.
 */
export function normaliseWeights({ types, weights, typeNames }: EventColumns): Float32Array | undefined {
  const first = weights[0] ?? 1;
  if (weights.every((weight) => weight === first)) return undefined;
  const byType = new Float64Array(typeNames.length);
  types.forEach((type, event) => {
    byType[type] = Math.max(byType[type] ?? 0, weights[event] ?? 0);
  });
  byType.sort();
  const mean = byType.reduce((sum, weight) => sum + weight, 0) / byType.length;
  return weights.map((weight) => weight / mean);
}
