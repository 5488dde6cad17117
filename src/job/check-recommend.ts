/** Checks `recommend` and `show` of an e-mail job and of its sections: fields that exclude or need one another. */

import type { Problem } from '../config/problems';
import { DEFAULT_RESULTS } from './recommend-schema';

type Fields = Readonly<Record<string, unknown>>;

/** Finds the problems of everything that an e-mail job buys. */
export function checkRecommendations({ recommend, content }: Fields): readonly Problem[] {
  const { show, sections }: Fields = isMap(content) ? content : {};
  const own = { fields: { recommend, show }, at: { recommend: ['recommend'], show: ['content', 'show'] } };
  const further = Object.entries(isMap(sections) ? sections : {}).flatMap(([name, section]): readonly Part[] => {
    const at = ['content', 'sections', name];
    return isMap(section) ? [{ fields: section, at: { recommend: [...at, 'recommend'], show: [...at, 'show'] } }] : [];
  });
  const parts = [own, ...further];
  const problems = parts.flatMap(checkPart);
  return problems.length > 0 ? problems : checkShared(parts);
}

interface Part {
  readonly fields: Fields;
  readonly at: Places;
}

interface Places {
  readonly recommend: readonly string[];
  readonly show: readonly string[];
}

function checkPart({ fields, at }: Part): readonly Problem[] {
  return [
    ...checkShow(fields, at),
    ...checkFilter(fields.recommend, at.recommend),
    ...checkSource(fields.recommend, at.recommend),
  ];
}

/** Parts that want the same share what is bought, and each item is shown once: it must be enough for all of them. */
function checkShared(parts: readonly Part[]): readonly Problem[] {
  const groups = new Map<string, Part[]>();
  for (const part of parts) {
    const key = sourceOf(part.fields.recommend);
    if (key !== undefined) groups.set(key, [...(groups.get(key) ?? []), part]);
  }
  return [...groups.values()].flatMap((group) => {
    const { recommend } = group[0]?.fields ?? {};
    const results = isMap(recommend) ? (recommend.results ?? DEFAULT_RESULTS) : undefined;
    const shown = group.reduce((sum, { fields }) => sum + leastShown(fields.show), 0);
    const last = group.at(-1);
    if (typeof results !== 'number' || shown <= results || last === undefined) return [];
    const names = group.map(({ at }) => `${at.show.join('.')}.items`).join(' and ');
    const message = `${names} are ${shown} together; expected at most ${results}: they share what "results" buys, and no item is shown twice`;
    const fix = `show fewer, or buy more with "results: ${shown * 2}" below "recommend:" of each`;
    return [{ path: [...last.at.show, 'items'], part: 'value', message, fix }];
  });
}

/** What is bought for a part, equal for parts that share it; undefined where a list is ranked whole. */
function sourceOf(recommend: unknown): string | undefined {
  if (!isMap(recommend) || isMap(recommend.from)) return undefined;
  const { solution, results = DEFAULT_RESULTS, filter, filterValues, from, themes = false } = recommend;
  const values = Object.entries(isMap(filterValues) ? filterValues : {}).sort(([a], [b]) => (a < b ? -1 : 1));
  return JSON.stringify([solution, results, filter, values, from, themes]);
}

/** How many items a part wants for sure: where the file does not say, as many as it can't do without. */
function leastShown(show: unknown): number {
  const { items, min = 1 }: Fields = isMap(show) ? show : {};
  return [items, min].find((count) => typeof count === 'number') ?? 1;
}

/** Values are for the placeholders of a filter. */
export function checkFilter(fields: unknown, at: readonly string[]): readonly Problem[] {
  if (!isMap(fields) || fields.filterValues === undefined || fields.filter !== undefined) return [];
  const name = at.join('.');
  const message = `${name}.filterValues is there without ${name}.filter; expected the filter whose placeholders they are for`;
  const fix = `add "filter: unseen" below "${at.at(-1)}:", or remove filterValues`;
  return [{ path: [...at, 'filterValues'], part: 'key', message, fix }];
}

function checkShow({ recommend, show }: Fields, at: Places): readonly Problem[] {
  const shown = isMap(show) ? show.items : undefined;
  const isRanked = isMap(recommend) && isMap(recommend.from);
  const results = isMap(recommend) && !isRanked ? (recommend.results ?? DEFAULT_RESULTS) : undefined;
  if (isMap(show)) {
    const wrong = checkOrder(show, at.show, ['min', 'items']) ?? checkOrder(show, at.show, ['minPrice', 'maxPrice']);
    if (wrong !== undefined) return [wrong];
  }
  if (typeof shown !== 'number' || typeof results !== 'number' || shown <= results) return [];
  const bought = at.recommend.join('.');
  const message = `${at.show.join('.')}.items is ${shown}; expected at most ${bought}.results, which is ${results}`;
  const fix = `write "items: ${results}", or buy more with "results: ${shown * 2}" below "${at.recommend.at(-1)}:"`;
  return [{ path: [...at.show, 'items'], part: 'value', message, fix }];
}

/** The first of two fields of `show` may not be greater than the second. */
function checkOrder(show: Fields, at: readonly string[], [low, high]: readonly [string, string]): Problem | undefined {
  const [least, most] = [show[low], show[high]];
  if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return undefined;
  const name = at.join('.');
  const message = `${name}.${low} is ${least}; expected at most ${name}.${high}, which is ${most}`;
  return { path: [...at, low], part: 'value', message, fix: `write "${low}: ${most}"` };
}

function checkSource(recommend: unknown, at: readonly string[]): readonly Problem[] {
  if (!isMap(recommend)) return [];
  const { from, results, themes, filterValues } = recommend;
  const name = at.join('.');
  if (isMap(from) && results !== undefined) {
    const message = `${name}.results is there beside a list; expected one of the two: a list is ranked whole`;
    return [{ path: [...at, 'results'], part: 'key', message, fix: 'remove results' }];
  }
  if (from !== 'related' && themes !== undefined && themes !== false) {
    const message = `${name}.themes is there without "from: related"; expected both: themes are written for related items`;
    return [{ path: [...at, 'themes'], part: 'key', message, fix: 'add "from: related", or remove themes' }];
  }
  if (from !== 'related' || !isMap(filterValues)) return [];
  const personal = Object.entries(filterValues).find(([, value]) => isMap(value))?.[0];
  if (personal === undefined) return [];
  const message = `${name}.filterValues.${personal} is an attribute of the contact; expected a value: related items are bought for items, not for people`;
  return [{ path: [...at, 'filterValues', personal], part: 'value', message, fix: 'write a value, or another filter' }];
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
