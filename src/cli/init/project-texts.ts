/** Words the settings and job files of a new project after the shop's own data. */
import { stringify } from 'yaml';
import type { Item } from '../../job/people';

/** Names the instance after the project's folder. */
export function instanceOf(folder: string): string {
  const name = folder
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '');
  return name.slice(0, 40).replace(/-+$/, '') || 'shop';
}

/** Writes the settings; `itemUrl` is a page of the shop, by which its address is guessed. */
export function settingsText(instance: string, itemUrl: string | undefined): string {
  const url = itemUrl !== undefined && URL.canParse(itemUrl) ? new URL(itemUrl) : new URL('https://shop.example');
  const host = url.hostname.replace(/^www\./, '');
  return `# Settings of this project, over those that come with nightjar (its config/default.yaml has them all).
# Everything runs on this machine until database, aws and mail say otherwise.

instance: ${instance} # the name that the database must carry
publicUrl: ${url.origin} # where links in mails point
images: null # pictures are shown from the URLs of the items
mail:
  from: ${JSON.stringify(`${titleOf(instance)} <news@${host}>`)}
  postalAddress: ${JSON.stringify(`${titleOf(instance)}, your postal address`)} # mails must name it
  unsubscribeMailto: null # an address that takes unsubscribe mails, besides the link
`;
}

function titleOf(instance: string): string {
  return instance
    .split('-')
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join(' ');
}

const CATEGORIES = 3;

/** Writes an audience job for the largest categories; undefined where no item has any. */
export function categoryJob(items: Iterable<Item>): string | undefined {
  const counts = new Map<string, number>();
  for (const { categories } of items)
    for (const category of categories) counts.set(category, (counts.get(category) ?? 0) + 1);
  const largest = [...counts]
    .filter(([category]) => !/["\\\p{Cc}]/u.test(category))
    .sort((a, b) => b[1] - a[1] || (a[0] < b[0] ? -1 : 1))
    .slice(0, CATEGORIES);
  if (largest.length === 0) return undefined;
  const queries: Record<string, string> = {};
  for (const [category] of largest) queries[queryName(category, queries)] = `ITEMS.CATEGORIES = "${category}"`;
  return audienceJob({
    head: 'Who of all users is most likely to care for items of a kind? docs/job-file.md explains every key.',
    about: 'The people most likely to care for our largest categories',
    name: 'category-fans',
    segment: { solution: 'attribute-fans', users: 300, queries },
  });
}

/** Writes an audience job for some items; undefined without any. */
export function itemJob(itemIds: readonly string[]): string | undefined {
  if (itemIds.length === 0) return undefined;
  return audienceJob({
    head: 'Who of all users is most likely to care for these very items? docs/job-file.md explains every key.',
    about: 'The people to tell about the items that are asked for most',
    name: 'item-fans',
    segment: { solution: 'item-fans', users: 200, items: itemIds },
  });
}

function audienceJob(job: { head: string; about: string; name: string; segment: object }): string {
  const body = {
    about: job.about,
    kind: 'audience',
    segment: job.segment,
    audience: { where: { consent: true }, formats: ['csv'], to: `audiences/${job.name}/` },
  };
  return `# ${job.head}\n\n${stringify(body, { lineWidth: 0 })}`;
}

function queryName(category: string, taken: Readonly<Record<string, string>>): string {
  const name = instanceOf(category);
  for (let n = 2; ; n++) {
    const free = [name, `${name.slice(0, 36)}-${n}`].find((one) => taken[one] === undefined);
    if (free !== undefined) return free;
  }
}
