/** Computes the offline metrics of user segments as Personalize names and defines them. */
import { average, roundMetric } from './ranking-metrics';

/** One query of the test: the users ranked in front, and those who really took such an item later. */
export interface SegmentCase {
  /** The best 1 % of all users. */
  readonly top: ArrayLike<number>;
  readonly truth: ReadonlySet<number>;
}

/** Counts 1 % of the users, at least one. */
export function countOnePercent(userCount: number): number {
  return Math.max(1, Math.floor(userCount / 100));
}

/**
 * Computes hits_at_1_percent (a mean number of users), recall_at_1_percent and coverage, rounded to 4 decimals.
 * Source: developer guide, "Evaluating a solution version with metrics".
 */
export function summariseSegments(cases: readonly SegmentCase[], userCount: number): Readonly<Record<string, number>> {
  const hits = cases.map(({ top, truth }) => Array.from(top).filter((user) => truth.has(user)).length);
  const covered = new Set(cases.flatMap(({ top }) => Array.from(top)));
  return {
    coverage: roundMetric(userCount === 0 ? 0 : covered.size / userCount),
    hits_at_1_percent: roundMetric(average(hits)),
    recall_at_1_percent: roundMetric(average(cases.map(({ truth }, at) => (hits[at] ?? 0) / Math.max(1, truth.size)))),
  };
}
