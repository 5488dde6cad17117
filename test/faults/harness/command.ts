/** The command line of the fault harness. */
import { writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { openCampaign } from './campaign';
import { WORLDS } from './plan';
import { describeFailure, describeRound, formatResults } from './results';
import type { RoundResult } from './round';

const USAGE = 'node scripts/faults.js --seed N [--rounds K] [--world redis|postgres|embedded] [--verbose] [--out FILE]';

/** Runs rounds of consecutive seeds; answers 0 where nothing is violated. */
export async function runFaults(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      seed: { type: 'string', default: '1' },
      rounds: { type: 'string', default: '1' },
      world: { type: 'string' },
      verbose: { type: 'boolean', default: false },
      out: { type: 'string' },
    },
  });
  const [seed, rounds] = [Number(values.seed), Number(values.rounds)];
  const world = WORLDS.find((one) => one === values.world);
  if (!Number.isInteger(seed) || !Number.isInteger(rounds) || (values.world !== undefined && world === undefined)) {
    console.error(`usage: ${USAGE}`);
    return 2;
  }
  const onNote = values.verbose ? (line: string) => console.log(line) : undefined;
  const campaign = await openCampaign({ world, onNote });
  const results: RoundResult[] = [];
  try {
    for (let nth = 0; nth < rounds; nth++) {
      const result = await campaign.round(seed + nth);
      results.push(result);
      // A campaign of hours that is cut short has told what it has done.
      if (values.out !== undefined) writeFileSync(values.out, formatResults(results));
      console.log(describeRound(result));
      if (result.violations.length > 0) console.log(describeFailure(result));
    }
  } finally {
    await campaign.close();
  }
  const failed = results.filter((result) => result.violations.length > 0);
  console.log(
    `${results.length} rounds, ${failed.length} with violations${failed.length === 0 ? '' : `: seeds ${failed.map((one) => one.plan.seed).join(', ')}`}`,
  );
  return failed.length === 0 ? 0 : 1;
}
