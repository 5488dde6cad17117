/** Explains why the catalogue has none of the items that a job lists, by what was most likely meant. */
import { listNames, nearestName } from '../../config/nearest';
import { NightjarError } from '../../errors';
import { listItemValues } from '../../job/choose-items';
import type { SlateSource } from '../../job/email-job';
import type { Item } from '../../job/people';
import { type JobFile, placeOfField } from '../../job/place';

interface ListedCase {
  readonly job: JobFile;
  /** The field of the list, `recommend.from`. */
  readonly at: string;
  readonly from: Exclude<SlateSource, { readonly by: 'related' }>;
  readonly catalogue: ReadonlyMap<string, Item>;
}

/** Makes the error of a list that finds nothing. */
export function explainListed({ job, at, from, catalogue }: ListedCase): NightjarError {
  const isList = from.by === 'list';
  const categories = isList ? [] : listItemValues(catalogue.values(), 'category');
  const written = isList ? from.itemIds[0] : from.category;
  const near = written === undefined ? undefined : nearestName(written, isList ? [...catalogue.keys()] : categories);
  const has = categories.length === 0 || written === undefined ? '' : `; its categories are ${listNames(categories)}`;
  const ofCategory = written === undefined ? 'any item' : `the category "${written}"`;
  const what = isList ? 'an item of the list' : ofCategory;
  const field = isList ? `${at}.list` : `${at}.category`;
  const meant = isList ? `write ${near} instead of ${written}` : `write "category: ${near}"`;
  const bring = 'nightjar import --items items.csv';
  const other =
    categories.length === 0
      ? `import items, or name others: ${bring}`
      : `name one of these: ${listNames(categories)}; or import items: ${bring}`;
  return new NightjarError('E_JOB_FIELD', `${at} finds nothing: the catalogue does not have ${what}${has}`, {
    where: placeOfField(job, field),
    fix: near === undefined ? other : meant,
  });
}
