/** Trains the solutions of the settings on what was imported, on the local AWS. */
import { readIdOverlap } from '../../database/people/id-overlap';
import { type Activity, listEventTypes, readActivity } from '../../database/people/interactions';
import { combineErrors, NightjarError } from '../../errors';
import type { Engines } from '../engines';
import { describeOwnData, type KeptField } from './datasets';
import { listMissing } from './enough';
import { readFormerFields } from './former-fields';
import { type TrainingEngines, train } from './train';

/** What was trained. */
export interface Trained {
  /** Name of the dataset group. */
  readonly group: string;
  readonly activity: Activity;
  /** Names of the solutions that have an ACTIVE version of these data. */
  readonly solutions: readonly string[];
  /** Solutions that were left out, with the reason. */
  readonly leftOut: readonly { readonly solution: string; readonly reason: string }[];
  /** Fields of the items by which segments can be asked for. */
  readonly itemAttributes: readonly string[];
  /** Fields of datasets that the data no longer have as they had; Personalize lets none be removed. */
  readonly kept: readonly KeptField[];
}

type OwnEngines = TrainingEngines & Pick<Engines, 'db'>;

/**
 * Imports the data into the local AWS and trains; what is trained on these very data already is left as it is.
 *
 * @throws E_USAGE where the settings name another AWS, on which training costs money; E_RECO_DATA where there is too little to learn from
 */
export async function trainOwnData(engines: OwnEngines, onProgress: (step: string) => void): Promise<Trained> {
  const { settings, db } = engines;
  if (settings.aws.endpoint !== 'embedded') {
    throw new NightjarError('E_USAGE', 'nightjar trains on the local AWS only; aws.endpoint names another', {
      fix: 'set aws.endpoint to embedded, or train with: aws personalize create-solution-version',
    });
  }
  const activity = await readActivity(db);
  refuseTooLittle(listMissing(activity, await readIdOverlap(db)));
  const group = settings.instance;
  const { datasets, itemAttributes, kept } = await describeOwnData(db, await readFormerFields(engines, group));
  const all = Object.values(settings.solutions);
  const leftOut = all
    .filter(({ recipe }) => recipe === 'aws-item-attribute-affinity' && itemAttributes.length === 0)
    .map(({ solution }) => ({ solution, reason: 'no item has categories or another attribute to learn from' }));
  const solutions = all.filter(({ solution }) => !leftOut.some((left) => left.solution === solution));
  await train(engines, { group, datasets, solutions, filters: [await notBought(db)], onProgress });
  return { group, activity, solutions: solutions.map(({ solution }) => solution), leftOut, itemAttributes, kept };
}

/** The event types that say that something was bought; the last is what most teams send. */
const PURCHASE_TYPE = /purchase|bought|buy|order|transaction|checkout/i;
const USUAL_TYPE = 'purchase';

/** The filter that `jobs/nightly-picks.yaml` names: what a person has bought is not recommended again. */
async function notBought(db: OwnEngines['db']): Promise<{ readonly name: string; readonly expression: string }> {
  const found = (await listEventTypes(db)).filter((type) => PURCHASE_TYPE.test(type) && !/["\\]/.test(type));
  const types = (found.length === 0 ? [USUAL_TYPE] : found).map((type) => `"${type}"`).join(', ');
  return { name: 'not-bought', expression: `EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN (${types})` };
}

function refuseTooLittle(missing: readonly string[]): void {
  const fix = 'import more: nightjar import --interactions FILE --dry-run';
  const error = combineErrors(missing.map((message) => new NightjarError('E_RECO_DATA', message, { fix })));
  if (error !== undefined) throw error;
}
