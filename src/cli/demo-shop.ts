/** Brings the sample shop in as a team would bring its own: import, pictures and datasets to S3, training. */
import { createHash } from 'node:crypto';
import { mkdir, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { withLock } from '../database/connecting/lock';
import { place } from '../run/engines';
import { importFiles } from '../run/import/import-files';
import { train } from '../run/own-data/train';
import { contactsCsv, interactionsCsv, itemsCsv, suppressionsCsv } from '../sample/csv';
import { personalizeDatasets } from '../sample/datasets';
import { drawPicture } from '../sample/pictures/picture';
import { generateShop, type Shop } from '../sample/shop';
import { listObjects, writeObject } from '../storage/objects';
import type { OpenEngines } from './open-engines';
import type { ProgressLine } from './progress';

/** Name of the dataset group of the sample shop. */
const GROUP = 'corner-shop';
/** What the example jobs name beside the solutions. */
const FILTERS = [{ name: 'not-bought', expression: 'EXCLUDE ItemID WHERE Interactions.EVENT_TYPE IN ("purchase")' }];
const UPLOADS = 8;

/** Prepares the shop of a seed; what is there already is left as it is. One process at a time does it. */
export async function prepareShop(
  engines: OpenEngines,
  demo: { readonly seed: number; readonly progress: ProgressLine },
): Promise<Shop> {
  const { progress } = demo;
  progress.show('generating the sample shop');
  const shop = generateShop(demo.seed);
  await withLock(engines.db, 'demo', async () => {
    await importShop(engines, shop);
    progress.show('uploading pictures');
    await uploadPictures(engines, { shop, seed: demo.seed });
    progress.show('importing datasets and training');
    const { interactions, items, users } = personalizeDatasets(shop);
    await train(engines, {
      group: GROUP,
      datasets: [
        { type: 'Interactions', ...interactions },
        { type: 'Items', ...items },
        { type: 'Users', ...users },
      ],
      solutions: Object.values(engines.settings.solutions),
      filters: FILTERS,
      onProgress: (step) => progress.show(`Personalize: ${step}`),
    });
  });
  return shop;
}

async function importShop(engines: OpenEngines, shop: Shop): Promise<void> {
  const folder = path.join(engines.state.root, 'sample');
  await mkdir(folder, { recursive: true });
  const files = {
    contacts: contactsCsv(shop),
    items: itemsCsv(shop),
    interactions: interactionsCsv(shop),
    suppressions: suppressionsCsv(shop),
  };
  const named = Object.fromEntries(Object.keys(files).map((kind) => [kind, path.join(folder, `${kind}.csv`)]));
  await Promise.all(Object.entries(files).map(([kind, text]) => writeFile(named[kind] ?? '', text)));
  await importFiles({ db: engines.db, ...named, replace: false, now: engines.now() });
}

/** The name of the last object holds the hash of all, so that a shop of another seed gets its own pictures. */
async function uploadPictures(engines: OpenEngines, { shop, seed }: { shop: Shop; seed: number }): Promise<void> {
  const mark = `pictures/drawn-${createHash('sha256').update(`${seed}`).digest('hex').slice(0, 12)}`;
  const known = new Set((await listObjects(engines.s3, place(engines, 'pictures/'))).map((object) => object.key));
  if (known.has(place(engines, mark).key)) return;
  const queue = [...shop.items];
  const upload = async () => {
    for (let item = queue.shift(); item !== undefined; item = queue.shift()) {
      const uri = place(engines, `pictures/${item.itemId}.png`);
      await writeObject(engines.s3, uri, [drawPicture(item, seed)], { contentType: 'image/png' });
    }
  };
  await Promise.all(Array.from({ length: UPLOADS }, upload));
  await writeObject(engines.s3, place(engines, mark), ['drawn\n'], { contentType: 'text/plain' });
}
