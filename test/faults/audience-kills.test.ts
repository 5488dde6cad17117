/** Workers of an audience run that are killed in every stage: what was made and delivered is what an undisturbed run gives. */
import { createRandom } from '../../src/sample/random';
import { makeTestFolder } from '../support/nightjar';
import { runAudienceRound, STRIKES } from './harness/audience-round';
import { type AudienceWorld, openAudienceWorld } from './harness/audience-world';

const SEED = Number(process.env.NIGHTJAR_FAULT_SEED ?? 1);
const folder = makeTestFolder('nightjar-audience-kills');
let world: AudienceWorld;

beforeAll(async () => {
  world = await openAudienceWorld(folder);
}, 120_000);
afterAll(() => world.close(), 60_000);

it('a worker killed in each stage, with an upload unanswered and a file half sent, loses and doubles nothing', async () => {
  const random = createRandom(SEED, 'kills');
  const round = await runAudienceRound(world, { name: 'short', strikes: STRIKES, workers: 1, random });
  expect(round.violations).toEqual([]);
  expect(round.fallen).toEqual(expect.arrayContaining(['upload']));
}, 420_000);
