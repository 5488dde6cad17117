/** Checks `recommend` and `show` of an e-mail job and of its sections: fields that exclude or need one another. */

import type { Problem } from '../config/problems';
import { DEFAULT_RESULTS } from './recommend-schema';

type Fields = Readonly<Record<string, unknown>>;

/** Finds the problems of everything that an e-mail job buys. */
export function checkRecommendations({ recommend, content }: Fields): readonly Problem[] {
  const { show, sections }: Fields = isMap(content) ? content : {};
  const own = checkPart({ recommend, show }, { recommend: ['recommend'], show: ['content', 'show'] });
  const further = Object.entries(isMap(sections) ? sections : {}).flatMap(([name, section]) => {
    const at = ['content', 'sections', name];
    return isMap(section) ? checkPart(section, { recommend: [...at, 'recommend'], show: [...at, 'show'] }) : [];
  });
  return [...own, ...further];
}

interface Places {
  readonly recommend: readonly string[];
  readonly show: readonly string[];
}

function checkPart(part: Fields, at: Places): readonly Problem[] {
  return [
    ...checkShow(part, at),
    ...checkFilter(part.recommend, at.recommend),
    ...checkSource(part.recommend, at.recommend),
  ];
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
