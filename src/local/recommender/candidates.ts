/** Chooses between models by held-out users, and measures the choice with users who had no part in it. */
import { computeNdcg, type RankedCase } from './ranking-metrics';

/** Items of a list that count. */
const DEPTH = 25;

/** The place of the model that is chosen, and the lists by which the choice is to be measured, one for each user. */
export interface Choice {
  readonly best: number;
  readonly cases: readonly RankedCase[];
}

/**
 * Chooses the model with the greatest gain (NDCG against the best possible list) over all users; the first wins a draw.
 * A user's list for the metrics is that of the model which the other half of the users would have chosen: the metrics of
 * the winner would be too good where the same users chose it. Compare Stone, "Cross-validatory Choice and Assessment of
 * Statistical Predictions", 1974.
 *
 * @param shown  for each model, its lists for the held-out users, in the same order
 */
export function chooseCandidate(shown: readonly (readonly RankedCase[])[]): Choice {
  const gains = shown.map((cases) => cases.map((one) => computeNdcg(one, DEPTH, Math.min(DEPTH, one.truth.size))));
  const findBest = (isCounted: (user: number) => boolean): number => {
    const sums = gains.map((own) => own.reduce((sum, gain, user) => (isCounted(user) ? sum + gain : sum), 0));
    return sums.reduce((best, sum, model) => (sum > (sums[best] ?? 0) ? model : best), 0);
  };
  const chosenByOthers = [findBest((user) => user % 2 === 1), findBest((user) => user % 2 === 0)];
  const cases = (shown[0] ?? []).flatMap((_, user) => shown[chosenByOthers[user % 2] ?? 0]?.[user] ?? []);
  return { best: findBest(() => true), cases };
}
