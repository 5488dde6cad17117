/** Finds what must not be shown to the recipients of a claim: what they have bought or been shown since the plan too. */
import { findBought, findShown, type ItemsOfUsers } from '../../database/ledger/seen-items';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';

export interface Avoided {
  readonly bought: ReadonlySet<string>;
  readonly shown: ReadonlySet<string>;
}

const NOTHING: ItemsOfUsers = new Map();
const NONE: ReadonlySet<string> = new Set();

/** Answers what each of the users is to be spared; asks nothing of the database where the job has no such rule. */
export async function findAvoided(
  { db, settings, now }: Pick<Engines, 'db' | 'settings' | 'now'>,
  job: EmailJob,
  userIds: readonly string[],
): Promise<(userId: string) => Avoided> {
  const { notBoughtWithin, notShownWithin } = job.content.show;
  const [bought, shown] = await Promise.all([
    notBoughtWithin === undefined
      ? NOTHING
      : findBought(db, { userIds, since: now() - notBoughtWithin, events: settings.events.bought }),
    notShownWithin === undefined ? NOTHING : findShown(db, { job: job.name, userIds, since: now() - notShownWithin }),
  ]);
  return (userId) => ({ bought: bought.get(userId) ?? NONE, shown: shown.get(userId) ?? NONE });
}
