/** Chooses the recipients of a plan as the run would, without writing any of it. */
import { NOTHING_BOUGHT } from '../../database/ledger/seeds';
import { findUnhandled } from '../../database/ledger/slot-ledger';
import type { EmailJob } from '../../job/email-job';
import type { ReadValues } from '../buying/filter-values';
import type { PlannedInputs } from '../buying/source-lines';
import type { Engines } from '../engines';
import { createSample } from '../guards/plan';
import type { RefuseAddress } from './allowed-addresses';
import { type Candidates, chooseRecipients, tally } from './choose-recipients';
import { chooseFirst } from './limit-recipients';

interface Choosing {
  readonly job: EmailJob;
  readonly slot: string;
  readonly inputs: PlannedInputs;
  readonly limit: number | undefined;
  readonly readValues: ReadValues;
  readonly refuse: RefuseAddress | undefined;
  readonly candidates: Candidates | undefined;
}

/** Chooses the recipients as the run would, and hashes the input that it would write. */
export async function planRecipients(engines: Pick<Engines, 'db'>, choosing: Choosing) {
  if (choosing.limit !== undefined) return planFirst(engines, { ...choosing, limit: choosing.limit });
  const { job, slot, inputs, readValues, refuse, candidates } = choosing;
  const sample = createSample();
  const addresses = new Set<string>();
  let [recipients, duplicates, handledBefore, boughtNothing] = [0, 0, 0, 0];
  const counts = await chooseRecipients(
    engines.db,
    { where: job.recipients.where, topic: job.name, slot, readValues, refuse, candidates },
    async (batch) => {
      const unhandled = await findUnhandled(engines.db, { job: job.name, slot }, batch);
      const chosen = batch.filter(({ userId, addressHash }) => {
        if (!unhandled.has(userId)) handledBefore += 1;
        else if (addresses.has(addressHash)) duplicates += 1;
        else {
          addresses.add(addressHash);
          return true;
        }
        return false;
      });
      const kept = await inputs.add(chosen);
      for (const { userId, addressHash } of kept) sample.add({ userId, addressHash });
      recipients += kept.length;
      boughtNothing += chosen.length - kept.length;
    },
  );
  const leftOut = tally(
    new Map([
      ...counts.leftOut.map(({ name, count }) => [name, count] as const),
      ['duplicate_address', duplicates] as const,
      ['handled_before', handledBefore] as const,
      [NOTHING_BOUGHT, boughtNothing] as const,
    ]),
  );
  return { recipients, leftOut, sources: inputs.finish(), sample: sample.list() };
}

async function planFirst({ db }: Pick<Engines, 'db'>, choosing: Choosing & { readonly limit: number }) {
  const { job, slot, inputs, limit, readValues, refuse, candidates } = choosing;
  const rule = { where: job.recipients.where, topic: job.name, slot, readValues, refuse, candidates };
  const { counts, first, handled } = await chooseFirst(db, rule, { job: job.name, slot, limit });
  const sample = createSample();
  const kept = await inputs.add(first);
  for (const { userId, addressHash } of kept) sample.add({ userId, addressHash });
  const left = new Map(counts.leftOut.map(({ name, count }) => [name, count]));
  left.set('handled_before', handled).set(NOTHING_BOUGHT, first.length - kept.length);
  const leftOut = tally(left);
  return { recipients: kept.length, leftOut, sources: inputs.finish(), sample: sample.list() };
}
