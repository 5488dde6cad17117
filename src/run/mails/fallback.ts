/** The list that fills gaps: popular items of everybody, of those alike, or a list of the job's own. */
import { nearestName } from '../../config/nearest';
import { isAttributeThere, sampleAttributeNames } from '../../database/people/contact-attributes';
import { popularAmong, popularItems } from '../../database/people/interactions';
import { NightjarError } from '../../errors';
import { isColumn, readAttribute } from '../../job/attributes';
import type { EmailJob, ShowRules } from '../../job/email-job';
import type { Contact } from '../../job/people';
import { placeOf } from '../../job/place';
import type { Engines } from '../engines';
import type { PlanRecord } from '../plan-record';

/** How far back an item's use counts for the popular list. */
const POPULAR_DAYS = 30;
const POPULAR_ITEMS = 200;
/** Of each group: enough for any e-mail, and a plan that stays small. */
const GROUP_ITEMS = 60;
const GROUPS = 200;

/** The columns of contacts that popular items may go by; any other name is an attribute. */
const GROUPING: readonly string[] = ['locale', 'country', 'time_zone'];

/**
 * Checks that popular items can go by what the job names: where no contact has the attribute, its name is wrong.
 * @throws E_JOB_FIELD
 */
export async function checkPopularBy(
  { db }: Pick<Engines, 'db'>,
  job: Pick<EmailJob, 'content' | 'file' | 'text'>,
): Promise<void> {
  const { fallback } = job.content.show;
  if (typeof fallback !== 'object' || !('popularBy' in fallback)) return;
  const { popularBy } = fallback;
  if (GROUPING.includes(popularBy) || (!isColumn(popularBy) && (await isAttributeThere(db, popularBy)))) return;
  const known = [...GROUPING, ...(await sampleAttributeNames(db))];
  const near = nearestName(popularBy, known);
  const path = ['content', 'show', 'fallback', 'popularBy'];
  const message = `${path.join('.')} is "${popularBy}", by which contacts can't be told apart; expected one of ${known.join(', ')}`;
  const fix = near === undefined ? 'write "fallback: popular", or name another' : `write "popularBy: ${near}"`;
  throw new NightjarError('E_JOB_FIELD', message, { where: placeOf(job, path), fix });
}

/** What a plan keeps of the fallback. */
export type PlannedFallback = Pick<PlanRecord, 'popular' | 'popularBy'>;

/** Lists the popular items of the time before `now` (epoch ms): of everybody, and where the job says so of each group of contacts. */
export async function planFallback(
  { db }: Pick<Engines, 'db'>,
  show: Pick<ShowRules, 'fallback'>,
  now: number,
): Promise<PlannedFallback> {
  const recent = { since: now - POPULAR_DAYS * 86_400_000 };
  const latest = await popularItems(db, { ...recent, limit: POPULAR_ITEMS });
  const since = latest.length > 0 ? recent.since : 0;
  const popular = latest.length > 0 ? latest : await popularItems(db, { since, limit: POPULAR_ITEMS });
  if (typeof show.fallback !== 'object' || !('popularBy' in show.fallback)) return { popular: [...popular] };
  const attribute = show.fallback.popularBy;
  const lists = await popularAmong(db, { attribute, since, limit: GROUP_ITEMS, groups: GROUPS });
  return { popular: [...popular], popularBy: { attribute, lists } };
}

/** Lists the item ids that fill the gaps of a contact's e-mail, the best first; empty where the job declares none. */
export function fallbackFor(
  { fallback }: Pick<ShowRules, 'fallback'>,
  planned: PlannedFallback,
  contact: Contact | undefined,
): readonly string[] {
  if (fallback === 'none') return [];
  if (typeof fallback === 'object' && 'itemIds' in fallback) return fallback.itemIds;
  const { popular, popularBy } = planned;
  // A section may say popular where the e-mail's own items go by a group.
  if (fallback === 'popular') return popular;
  const group = popularBy === undefined || contact === undefined ? undefined : groupOf(contact, popularBy.attribute);
  // Values are what contacts have: `constructor` may be one.
  const own =
    group !== undefined && popularBy !== undefined && Object.hasOwn(popularBy.lists, group)
      ? popularBy.lists[group]
      : undefined;
  return own === undefined ? popular : [...own, ...popular];
}

/** The languages of a locale belong together: `de-AT` and `de`. */
function groupOf(contact: Contact, attribute: string): string | undefined {
  const value = readAttribute(contact, attribute);
  return attribute === 'locale' ? value?.toLowerCase().split(/[-_]/)[0] : value;
}
