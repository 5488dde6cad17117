/** The input lines of what an e-mail job buys, for the recipients of a run and for those of a plan. */
import { compareBytes } from '../../audience/byte-order';
import { streamPlannedUsers } from '../../database/ledger/deliveries';
import { findSeeds, listSeeds, type SeedRule, saveSeeds } from '../../database/ledger/seeds';
import type { RunRow } from '../../database/runs/runs';
import type { EmailJob } from '../../job/email-job';
import { type InputFilterValues, itemInputLine, rankingInputLine, userInputLine } from '../../personalize/input-lines';
import { createPartHasher, type InputPart } from '../../personalize/input-parts';
import type { Engines } from '../engines';
import { readConstantValues, userLines } from './filter-values';
import { limitsOf } from './input';
import { partsOf, type Source } from './sources';

const SEED_BATCH = 2000;

const isRelated = ({ recommend }: Pick<Source, 'recommend'>) => recommend.from?.by === 'related';

/** Tells what the events of a purchase are, and which items may be a reason. */
export function seedRule({ settings }: Pick<Engines, 'settings'>, catalogueVersion: number): SeedRule {
  return { events: settings.events.bought, catalogueVersion };
}

/** Tells whether a job shows what goes with the last thing bought. */
export function wantsSeeds(job: EmailJob): boolean {
  return partsOf(job).some(isRelated);
}

/** Writes down what the planned recipients of a run have bought last. */
export async function assignSeeds({ db, settings }: Pick<Engines, 'db' | 'settings'>, run: RunRow): Promise<void> {
  const rule = seedRule({ settings }, run.catalogueVersion);
  const save = async (userIds: readonly string[]) =>
    saveSeeds(db, run, { userIds, seeds: await findSeeds(db, userIds, rule) });
  let batch: string[] = [];
  for await (const userId of streamPlannedUsers(db, run)) {
    batch.push(userId);
    if (batch.length < SEED_BATCH) continue;
    await save(batch);
    batch = [];
  }
  await save(batch);
}

/** Writes the lines of a source for the planned recipients of a run; of related items, one for each seed. */
export async function* sourceLines(db: Engines['db'], run: RunRow, source: Source): AsyncGenerator<string> {
  const filter = { wish: source.recommend.filter, compared: source.filter?.compared ?? [] };
  if (isRelated(source)) {
    const values = readConstantValues(filter.wish, filter.compared);
    for (const seed of await listSeeds(db, run)) yield itemInputLine(seed, values);
    return;
  }
  yield* userLines(db, streamPlannedUsers(db, run), filter, lineWriter(source));
}

function lineWriter({ listed }: Source): (userId: string, values: InputFilterValues) => string {
  return listed === undefined ? userInputLine : (userId, values) => rankingInputLine(userId, listed, values);
}

/** Hashes the inputs that a run would write. */
export interface PlannedInputs {
  /** Takes recipients in the order of user id. */
  add(recipients: readonly { readonly userId: string; readonly filterValues: InputFilterValues }[]): Promise<void>;
  /** The parts of each source, in their order. */
  finish(): readonly (readonly InputPart[])[];
}

/** @param catalogueVersion  which things may be a reason */
export function createPlannedInputs(
  engines: Pick<Engines, 'db' | 'settings' | 'inputLimits'>,
  sources: readonly Source[],
  catalogueVersion: number,
): PlannedInputs {
  const hashers = sources.map((source, at) => {
    const { recommend, filter, recipe } = source;
    const hasher = createPartHasher(limitsOf(engines, { recipe, hasThemes: recommend.themes !== undefined }));
    const constants = readConstantValues(recommend.filter, filter?.compared ?? []);
    // Only the e-mail's own filter may have values of each recipient.
    const valuesOf = (own: InputFilterValues) => (at === 0 ? own : constants);
    return { hasher, constants, valuesOf, write: lineWriter(source), isRelated: isRelated(source) };
  });
  const seeds = new Set<string>();
  const rule = seedRule(engines, catalogueVersion);
  return {
    add: async (recipients) => {
      for (const { hasher, valuesOf, write, isRelated: isOfSeeds } of hashers) {
        if (isOfSeeds) continue;
        for (const { userId, filterValues } of recipients) hasher.add(write(userId, valuesOf(filterValues)));
      }
      if (!hashers.some((one) => one.isRelated)) return;
      for (let from = 0; from < recipients.length; from += SEED_BATCH) {
        const userIds = recipients.slice(from, from + SEED_BATCH).map(({ userId }) => userId);
        for (const seed of (await findSeeds(engines.db, userIds, rule)).values()) seeds.add(seed);
      }
    },
    finish: () => {
      const sorted = [...seeds].sort(compareBytes);
      return hashers.map(({ hasher, constants, isRelated: isOfSeeds }) => {
        if (isOfSeeds) for (const seed of sorted) hasher.add(itemInputLine(seed, constants));
        return hasher.finish();
      });
    },
  };
}
