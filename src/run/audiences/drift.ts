/** Tells when the members of an audience have changed so much that a person should look. */
import { type Comparison, similarity } from '../../audience/membership';

/** Below this share of people in common with the version before: another query, model or catalogue is likelier than other tastes. */
const DRIFT = 0.5;

/** Tells whether an audience drifts. */
export function isDrift(counts: Comparison): boolean {
  return similarity(counts) < DRIFT;
}
