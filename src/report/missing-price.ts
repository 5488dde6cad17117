/** Says which price is missing where the cost of a run is unknown. */
import type { BatchJobSummary } from './summary';

/** `no price is set`, or that of themes alone. */
export function nameMissingPrice(batchJobs: readonly BatchJobSummary[]): string {
  const unpriced = batchJobs.filter(({ reused, cost }) => !reused && cost.amount === undefined);
  const lacksThemes = unpriced.length > 0 && unpriced.every(({ hasThemes }) => hasThemes === true);
  return `no price ${lacksThemes ? 'for themes ' : ''}is set`;
}
