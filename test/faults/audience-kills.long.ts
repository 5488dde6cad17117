/** Many rounds of killed workers of audience runs, with one worker and with two that go on for each other. */
import { createRandom } from '../../src/sample/random';
import { makeTestFolder } from '../support/nightjar';
import { runAudienceRound, STRIKES } from './harness/audience-round';
import { type AudienceWorld, openAudienceWorld } from './harness/audience-world';

const ROUNDS = 12;
const SEED = Number(process.env.NIGHTJAR_FAULT_SEED ?? 20261128);
const folder = makeTestFolder('nightjar-audience-kills-long');
let world: AudienceWorld;

beforeAll(async () => {
  world = await openAudienceWorld(folder);
}, 300_000);
afterAll(() => world.close(), 60_000);

it.each(Array.from({ length: ROUNDS }, (_, n) => SEED + n))(
  'the round of the seed %i loses and doubles nothing',
  async (seed) => {
    const random = createRandom(seed, 'kills');
    // Each stage once and some twice, in the order in which a run goes through them.
    const strikes = [...STRIKES, ...STRIKES.filter(() => random.chance(0.4))].sort(
      (a, b) => STRIKES.indexOf(a) - STRIKES.indexOf(b),
    );
    const workers = random.chance(0.5) ? 2 : 1;
    const round = await runAudienceRound(world, { name: `round-${seed}`, strikes, workers, random });
    expect(round.violations).toEqual([]);
  },
  420_000,
);
