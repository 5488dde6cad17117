/** Checks that there is enough to learn from, with the texts that Personalize gives as failure reasons. */
import type { Histories } from './histories';

/** Quotas of Personalize: developer guide, "Amazon Personalize endpoints and quotas". */
const MIN_INTERACTIONS = 1000;
const MIN_USERS = 25;
const MIN_USER_SHARE = 0.01;

/**
 * Says why the data cannot be trained on; undefined where they suffice.
 * The second text is AWS's; those of the first and third are nightjar's, AWS's are not known.
 */
export function explainTooLittle({ userEvents }: Histories): string | undefined {
  const interactions = userEvents.reduce((sum, events) => sum + events, 0);
  if (interactions < MIN_INTERACTIONS) {
    return `Create failed. Dataset has fewer than ${MIN_INTERACTIONS} interactions (${interactions}) after filtering by event type and event value threshold.`;
  }
  const active = userEvents.filter((events) => events >= 2).length;
  if (active < MIN_USERS) {
    return `Create failed. Dataset has fewer than ${MIN_USERS} users with at least 2 interactions each.`;
  }
  if (active < MIN_USER_SHARE * userEvents.length) {
    return 'Create failed. Fewer than 1% of the users in the dataset have at least 2 interactions each.';
  }
  return undefined;
}
