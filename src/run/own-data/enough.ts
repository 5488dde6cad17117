/** Tells what is missing before Personalize can learn from the imported data. */
import type { IdOverlap } from '../../database/people/id-overlap';
import type { Activity } from '../../database/people/interactions';

/** Quotas of Personalize: developer guide, "Amazon Personalize endpoints and quotas". */
const MIN_INTERACTIONS = 1000;
const MIN_RETURNING = 25;
const MIN_RETURNING_SHARE = 0.01;

/** Lists what is missing, each with what there is; nothing where the data suffice. */
export function listMissing(activity: Activity, overlap: IdOverlap): readonly string[] {
  const { interactions, users, returning } = activity;
  const share = users === 0 ? 0 : returning / users;
  return [
    ...(interactions < MIN_INTERACTIONS
      ? [`there are ${interactions} interactions; expected ${MIN_INTERACTIONS}`]
      : []),
    ...(returning < MIN_RETURNING
      ? [`${returning} users have two interactions or more; expected ${MIN_RETURNING}`]
      : share < MIN_RETURNING_SHARE
        ? [`${returning} of ${users} users have two interactions or more; expected 1 % of them`]
        : []),
    ...listStrangers(overlap),
  ];
}

/** Lists what makes recommendations useless, however good: nobody to send them to, nothing to show. */
export function listStrangers({ users, items }: IdOverlap): readonly string[] {
  return [
    ...(users.ids > 0 && users.shared === 0
      ? [`no user of the interactions is a contact: ${show(users.strangers)} against ${show(users.known)}`]
      : []),
    ...(items.ids > 0 && items.shared === 0
      ? [`no item of the interactions is in the catalogue: ${show(items.strangers)} against ${show(items.known)}`]
      : []),
  ];
}

function show(ids: readonly string[]): string {
  return ids.length === 0 ? 'none' : ids.map((id) => JSON.stringify(id)).join(', ');
}
