/** Rounds of faults by seed; `npm run faults -- --seed N --verbose` replays one. The rest of the short ones: more-rounds.test.ts. */
import path from 'node:path';
import { describeRounds } from './harness/describe-rounds';

const GIVEN = process.env.NIGHTJAR_FAULT_SEED;
const LONG = Array.from({ length: 200 }, (_, n) => n + 1);

if (GIVEN !== undefined) describeRounds([Number(GIVEN)]);
else if (process.env.NIGHTJAR_TEST_LONG === '1') describeRounds(LONG, path.join('bench', 'faults.md'));
// With those of the other file: all three worlds, and most kinds of blows.
else describeRounds([3, 4, 14]);
