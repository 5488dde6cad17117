/** Chooses the recipients of a plan as the run would, without writing any of it. */
import { findUnhandled } from '../../database/ledger/slot-ledger';
import type { EmailJob } from '../../job/definition';
import { userInputLine } from '../../personalize/input-lines';
import { createPartHasher } from '../../personalize/input-parts';
import type { InputLimits } from '../../personalize/limits';
import type { ReadValues } from '../buying/filter-values';
import type { Engines } from '../engines';
import { createSample } from '../guards/plan';
import type { RefuseAddress } from './allowed-addresses';
import { type Candidates, chooseRecipients, tally } from './choose-recipients';
import { chooseFirst } from './limit-recipients';

interface Choosing {
  readonly job: EmailJob;
  readonly slot: string;
  readonly limits: InputLimits;
  readonly limit: number | undefined;
  readonly readValues: ReadValues;
  readonly refuse: RefuseAddress | undefined;
  readonly candidates: Candidates | undefined;
}

/** Chooses the recipients as the run would, and hashes the input that it would write. */
export async function planRecipients(engines: Pick<Engines, 'db'>, choosing: Choosing) {
  if (choosing.limit !== undefined) return planFirst(engines, { ...choosing, limit: choosing.limit });
  const { job, slot, limits, readValues, refuse, candidates } = choosing;
  const hasher = createPartHasher(limits);
  const sample = createSample();
  const addresses = new Set<string>();
  let duplicates = 0;
  let handledBefore = 0;
  const counts = await chooseRecipients(
    engines.db,
    { where: job.recipients.where, topic: job.name, slot, readValues, refuse, candidates },
    async (batch) => {
      const unhandled = await findUnhandled(engines.db, { job: job.name, slot }, batch);
      for (const { userId, addressHash, filterValues } of batch) {
        if (!unhandled.has(userId)) handledBefore += 1;
        else if (addresses.has(addressHash)) duplicates += 1;
        else {
          addresses.add(addressHash);
          sample.add({ userId, addressHash });
          hasher.add(userInputLine(userId, filterValues));
        }
      }
    },
  );
  const leftOut = tally(
    new Map([
      ...counts.leftOut.map(({ name, count }) => [name, count] as const),
      ['duplicate_address', duplicates] as const,
      ['handled_before', handledBefore] as const,
    ]),
  );
  return { recipients: addresses.size, leftOut, parts: hasher.finish(), sample: sample.list() };
}

async function planFirst({ db }: Pick<Engines, 'db'>, choosing: Choosing & { readonly limit: number }) {
  const { job, slot, limits, limit, readValues, refuse, candidates } = choosing;
  const rule = { where: job.recipients.where, topic: job.name, slot, readValues, refuse, candidates };
  const { counts, first, handled } = await chooseFirst(db, rule, { job: job.name, slot, limit });
  const hasher = createPartHasher(limits);
  const sample = createSample();
  for (const recipient of first) {
    sample.add({ userId: recipient.userId, addressHash: recipient.addressHash });
    hasher.add(userInputLine(recipient.userId, recipient.filterValues));
  }
  const left = new Map(counts.leftOut.map(({ name, count }) => [name, count]));
  const leftOut = tally(left.set('handled_before', handled));
  return { recipients: first.length, leftOut, parts: hasher.finish(), sample: sample.list() };
}
