/** More rounds of faults, beside those of rounds.test.ts: each waits more than it computes. */
import { describeRounds } from './harness/describe-rounds';

describeRounds([16, 33]);
