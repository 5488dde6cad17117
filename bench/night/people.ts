/** Fills the shop of a benchmark: the sample shop's catalogue, and as many people as are asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { hashAddress } from '../../src/content/address';
import type { Database } from '../../src/database/connecting/connection';
import { saveContacts } from '../../src/database/people/contacts';
import { importFiles } from '../../src/run/import/import-files';
import { itemsCsv } from '../../src/sample/csv';
import { generateShop } from '../../src/sample/shop';

const BATCH = 5000;
const LOCALES = ['en', 'de', 'ja'];
const SEED = 7;

/** Imports the sample shop's items and answers their ids. */
export async function addItems(db: Database, folder: string): Promise<readonly string[]> {
  const shop = generateShop(SEED);
  const items = join(folder, 'items.csv');
  await writeFile(items, itemsCsv(shop));
  await importFiles({ db, items, replace: false, now: Date.now() });
  return shop.items.map((item) => item.itemId);
}

/** Saves the people numbered `from` to below `to`. */
export async function addPeople(db: Database, range: { readonly from: number; readonly to: number }): Promise<void> {
  for (let start = range.from; start < range.to; start += BATCH) {
    const rows = Array.from({ length: Math.min(BATCH, range.to - start) }, (_, n) => makePerson(start + n));
    await saveContacts(db, rows, Date.now());
  }
}

function makePerson(number: number) {
  const userId = `u${String(number).padStart(9, '0')}`;
  const email = `${userId}@people${number % 50}.example`;
  const locale = LOCALES[number % LOCALES.length] ?? 'en';
  const contact = { userId, email, firstName: 'Robin', locale, consent: true as const, attributes: {} };
  return { contact, addressHash: hashAddress(email) };
}
