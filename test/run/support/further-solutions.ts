/** Trains solutions for lists that are ranked and for related items, on the small shop with titles and descriptions. */
import type { Settings } from '../../../src/config/settings';
import { currentCatalogueVersion, readCatalogue } from '../../../src/database/catalogue';
import { saveInteractions, streamInteractions } from '../../../src/database/people/interactions';
import type { Engines } from '../../../src/run/engines';
import { train } from '../../../src/run/own-data/train';
import { SLOT, userId } from './small-shop';

const RECIPES: Settings['solutions'] = {
  ranking: { solution: 'ranking', recipe: 'aws-personalized-ranking' },
  similar: { solution: 'similar', recipe: 'aws-similar-items' },
  sims: { solution: 'sims', recipe: 'aws-sims' },
};

/** Engines whose settings name the further solutions too. */
export function withSolutions<E extends Pick<Engines, 'settings'>>(engines: E): E {
  const { settings } = engines;
  return { ...engines, settings: { ...settings, solutions: { ...settings.solutions, ...RECIPES } } };
}

/** Trains them in a dataset group of their own; the shop must be there. */
export async function trainFurther(engines: Engines): Promise<void> {
  const catalogue = await readCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  const visits: (readonly (string | number)[])[] = [];
  for await (const visit of streamInteractions(engines.db)) visits.push([visit.userId, visit.itemId, visit.timestamp]);
  const items = [...catalogue.values()].map(({ itemId, title, categories }) => [
    itemId,
    title,
    `A thing for people who like ${categories.join(' and ')}, made with care`,
    categories.join('|'),
  ]);
  const field = (name: string) => ({
    name,
    type: name === 'TIMESTAMP' ? 'long' : 'string',
    ...(name === 'CATEGORY' ? { categorical: true } : {}),
    ...(name === 'DESCRIPTION' ? { textual: true } : {}),
  });
  const dataset = (name: string, names: readonly string[], rows: readonly (readonly (string | number)[])[]) => ({
    schema: JSON.stringify({
      type: 'record',
      name,
      namespace: 'com.amazonaws.personalize.schema',
      fields: names.map(field),
      version: '1.0',
    }),
    csv: `${[names, ...rows].map((row) => row.map(quote).join(',')).join('\n')}\n`,
  });
  await train(engines, {
    group: 'further-shop',
    datasets: [
      { type: 'Interactions', ...dataset('Interactions', ['USER_ID', 'ITEM_ID', 'TIMESTAMP'], visits) },
      { type: 'Items', ...dataset('Items', ['ITEM_ID', 'ITEM_NAME', 'DESCRIPTION', 'CATEGORY'], items) },
    ],
    solutions: Object.values(RECIPES),
    onProgress: () => undefined,
  });
}

const quote = (cell: string | number) => (typeof cell === 'number' || !cell.includes(',') ? `${cell}` : `"${cell}"`);

/** Lets people buy: `[[1, 'i004'], [2, 'i005']]`, one after the other in the week before the slot. */
export async function buy(
  { db }: Pick<Engines, 'db'>,
  purchases: readonly (readonly [person: number, itemId: string])[],
): Promise<void> {
  const from = Date.parse(`${SLOT}T00:00:00Z`) / 1000 - 7 * 86_400;
  const rows = purchases.map(([nth, itemId], at) => {
    return { userId: userId(nth), itemId, timestamp: from + at * 60, eventType: 'Purchase' };
  });
  await saveInteractions(db, rows);
}
