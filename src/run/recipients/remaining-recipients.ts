/** Looks at who is left of a slot that has been run, before another run of it is made. */

import { findUnhandled, type Recipient } from '../../database/ledger/slot-ledger';
import { streamContactPages } from '../../database/people/contact-pages';
import { NightjarError } from '../../errors';
import type { ParsedJob } from '../../job/definition';
import type { EmailJob } from '../../job/email-job';
import { placeOf } from '../../job/place';
import type { Engines } from '../engines';
import { refusalOf } from './allowed-addresses';
import { chooseRecipient } from './choose-recipients';
import { findRecipientAudience, openCandidates } from './recipient-audience';

type CheckEngines = Pick<Engines, 'db' | 'settings' | 's3'>;

/**
 * Checks that a new run of a slot would have somebody to write to; it looks no further than the first.
 * A run that fails for want of recipients would stand for the slot in place of the one that was finished.
 * @throws E_RUN_NO_RECIPIENTS
 */
export async function checkSomeoneIsLeft(
  engines: CheckEngines,
  job: ParsedJob,
  { slot, onlyTo }: { readonly slot: string; readonly onlyTo?: readonly string[] | undefined },
): Promise<void> {
  if (job.kind !== 'email') return;
  let chosen = 0;
  for await (const batch of chosenBatches(engines, { job, slot, onlyTo })) {
    if ((await findUnhandled(engines.db, { job: job.name, slot }, batch)).size > 0) return;
    chosen += batch.length;
  }
  throw new NightjarError(
    'E_RUN_NO_RECIPIENTS',
    `no recipient is left for ${slot}; of those chosen now ${chosen} were handled before`,
    { where: placeOf(job, ['recipients']), fix: `see why: nightjar plan ${job.name} --date ${slot}` },
  );
}

async function* chosenBatches(
  engines: CheckEngines,
  aim: { readonly job: EmailJob; readonly slot: string; readonly onlyTo: readonly string[] | undefined },
): AsyncGenerator<readonly Recipient[]> {
  const { job } = aim;
  const rule = { where: job.recipients.where, topic: job.name, refuse: refusalOf(engines, aim) };
  const audience = await findRecipientAudience(engines, aim);
  const candidates = openCandidates(engines, audience, job.name);
  for await (const page of candidates?.() ?? streamContactPages(engines.db, job.name)) {
    const batch = page.flatMap((stored): Recipient[] => {
      const choice = stored === undefined ? undefined : chooseRecipient(stored, rule);
      if (stored === undefined || choice === undefined || !choice.chosen) return [];
      return [{ userId: stored.contact.userId, addressHash: choice.addressHash }];
    });
    if (batch.length > 0) yield batch;
  }
}
