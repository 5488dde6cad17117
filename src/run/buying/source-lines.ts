/** The input lines of what an e-mail job buys, for the recipients of a run and for those of a plan. */
import { compareBytes } from '../../audience/byte-order';
import { streamPlannedUsers } from '../../database/ledger/deliveries';
import { findSeeds, listSeeds } from '../../database/ledger/seeds';
import type { RunRow } from '../../database/runs/runs';
import { type InputFilterValues, itemInputLine, rankingInputLine, userInputLine } from '../../personalize/input-lines';
import { createPartHasher, type InputPart } from '../../personalize/input-parts';
import type { Engines } from '../engines';
import { readConstantValues, userLines } from './filter-values';
import { limitsOf, type WrittenInput, writeInputs } from './input';
import { isRelated, SEED_BATCH, seedRule } from './seeds';
import type { Source } from './sources';

/** Writes the lines of a source for the planned recipients of a run; of related items, one for each seed. */
export async function* sourceLines(db: Engines['db'], run: RunRow, source: Source): AsyncGenerator<string> {
  const filter = filterOf(source);
  if (isRelated(source)) {
    const values = readConstantValues(filter.wish, filter.compared);
    for (const seed of await listSeeds(db, run)) yield itemInputLine(seed, values);
    return;
  }
  yield* userLines(db, streamPlannedUsers(db, run), filter, lineWriter(source));
}

function filterOf({ recommend, filter }: Source) {
  return { wish: recommend.filter, compared: filter?.compared ?? [] };
}

function lineWriter({ listed }: Source): (userId: string, values: InputFilterValues) => string {
  return listed === undefined ? userInputLine : (userId, values) => rankingInputLine(userId, listed, values);
}

/** Writes the input of a source for the planned recipients of a run to S3. */
export function writeSource(engines: Engines, run: RunRow, source: Source): Promise<readonly WrittenInput[]> {
  const hasThemes = source.recommend.themes !== undefined;
  return writeInputs(engines, sourceLines(engines.db, run, source), { recipe: source.recipe, hasThemes });
}

/** For whom something is bought. */
export interface InputRecipient {
  readonly userId: string;
  readonly filterValues: InputFilterValues;
}

/** Hashes the inputs that a run would write. */
export interface PlannedInputs {
  /** Takes recipients in the order of user id, and answers for whom something is bought: not for those who lack a purchase that they need. */
  add<One extends InputRecipient>(recipients: readonly One[]): Promise<readonly One[]>;
  /** The parts of each source, in their order. */
  finish(): readonly (readonly InputPart[])[];
}

/** What inputs are planned for. */
export interface PlannedInputsCase {
  readonly sources: readonly Source[];
  /** Which things may be a reason. */
  readonly catalogueVersion: number;
  /** See `needsSeeds`. */
  readonly isSeedNeeded: boolean;
}

/** Plans the inputs of sources. */
export function createPlannedInputs(
  engines: Pick<Engines, 'db' | 'settings' | 'inputLimits'>,
  { sources, catalogueVersion, isSeedNeeded }: PlannedInputsCase,
): PlannedInputs {
  const hashers = sources.map((source, at) => hasherOf(engines, source, at === 0));
  const seeds = new Set<string>();
  const rule = seedRule(engines, catalogueVersion);
  const findAllSeeds = async (userIds: readonly string[]): Promise<ReadonlyMap<string, string>> => {
    const found = new Map<string, string>();
    if (!hashers.some(({ isOfSeeds }) => isOfSeeds)) return found;
    for (let from = 0; from < userIds.length; from += SEED_BATCH) {
      for (const [user, seed] of await findSeeds(engines.db, userIds.slice(from, from + SEED_BATCH), rule)) {
        found.set(user, seed);
      }
    }
    return found;
  };
  return {
    add: async (recipients) => {
      const own = await findAllSeeds(recipients.map(({ userId }) => userId));
      for (const seed of own.values()) seeds.add(seed);
      const kept = isSeedNeeded ? recipients.filter(({ userId }) => own.has(userId)) : recipients;
      for (const hasher of hashers) if (!hasher.isOfSeeds) await hasher.addUsers(kept);
      return kept;
    },
    finish: () => {
      const sorted = [...seeds].sort(compareBytes);
      return hashers.map((hasher) => {
        if (hasher.isOfSeeds) for (const seed of sorted) hasher.addItem(seed);
        return hasher.finish();
      });
    },
  };
}

/** @param isOwn  of the e-mail's own items: recipients come with the values of their filter */
function hasherOf(engines: Pick<Engines, 'db' | 'inputLimits'>, source: Source, isOwn: boolean) {
  const { recommend, recipe } = source;
  const hasher = createPartHasher(limitsOf(engines, { recipe, hasThemes: recommend.themes !== undefined }));
  const filter = filterOf(source);
  const constants = readConstantValues(filter.wish, filter.compared);
  const write = lineWriter(source);
  return {
    isOfSeeds: isRelated(source),
    addUsers: async (recipients: readonly InputRecipient[]) => {
      if (isOwn) for (const { userId, filterValues } of recipients) hasher.add(write(userId, filterValues));
      else {
        const users = recipients.map(({ userId }) => userId);
        for await (const line of userLines(engines.db, users, filter, write)) hasher.add(line);
      }
    },
    addItem: (itemId: string) => hasher.add(itemInputLine(itemId, constants)),
    finish: () => hasher.finish(),
  };
}
