/** A shop of forty people and thirty things, brought in and trained as a team would: it is enough for every recipe. */
import { hashAddress } from '../../../src/content/address';
import { saveItems } from '../../../src/database/catalogue';
import { saveContacts } from '../../../src/database/people/contacts';
import { saveInteractions } from '../../../src/database/people/interactions';
import type { Contact, Item } from '../../../src/job/people';
import type { Engines } from '../../../src/run/engines';
import { train } from '../../../src/run/own-data/train';

export const PEOPLE = 40;
export const CATEGORIES = ['coffee', 'plants', 'tea'];
/** All visits lie before it. */
export const SLOT = '2026-03-02';

const THINGS = 30;
const VISITS_EACH = 32;
const FIRST_VISIT_S = Date.UTC(2026, 1, 1) / 1000;
const SOLUTIONS = ['picks', 'popular', 'item-fans', 'attribute-fans'];

/** `u001` … `u040`, all with an address and consent, of the group `main`. */
export function userId(nth: number): string {
  return `u${String(nth).padStart(3, '0')}`;
}

/** `i001` … `i030`. */
export function itemId(nth: number): string {
  return `i${String(nth).padStart(3, '0')}`;
}

export function makeContact(id: string, fields: Partial<Contact> = {}): Contact {
  return {
    userId: id,
    email: `${id}@people.example`,
    firstName: 'Robin',
    consent: true,
    attributes: { group: 'main' },
    ...fields,
  };
}

/** Saves contacts as the import does: an address that can't be written to gets no hash. */
export async function addContacts(engines: Pick<Engines, 'db'>, contacts: readonly Contact[]): Promise<void> {
  const rows = contacts.map((contact) => ({
    contact,
    addressHash: contact.email === undefined ? undefined : hashAddress(contact.email),
  }));
  await saveContacts(engines.db, rows, Date.now());
}

/** Imports the shop and trains the four solutions of the default settings. */
export async function prepareSmallShop(engines: Engines): Promise<void> {
  const visits = listVisits();
  await addContacts(
    engines,
    Array.from({ length: PEOPLE }, (_, n) => makeContact(userId(n + 1))),
  );
  await saveItems(engines.db, listItems(), { replace: false, now: Date.now() });
  await saveInteractions(engines.db, visits);
  const fields = (names: readonly string[]) =>
    names.map((name) => ({
      name,
      type: name === 'TIMESTAMP' ? 'long' : 'string',
      ...(name === 'CATEGORY' ? { categorical: true } : {}),
    }));
  const dataset = (name: string, names: readonly string[], rows: readonly (readonly (string | number)[])[]) => ({
    schema: JSON.stringify({
      type: 'record',
      name,
      namespace: 'com.amazonaws.personalize.schema',
      fields: fields(names),
      version: '1.0',
    }),
    csv: `${[names, ...rows].map((row) => row.join(',')).join('\n')}\n`,
  });
  await train(engines, {
    group: 'small-shop',
    datasets: [
      {
        type: 'Interactions',
        ...dataset(
          'Interactions',
          ['USER_ID', 'ITEM_ID', 'TIMESTAMP'],
          visits.map((visit) => [visit.userId, visit.itemId, visit.timestamp]),
        ),
      },
      {
        type: 'Items',
        ...dataset(
          'Items',
          ['ITEM_ID', 'CATEGORY'],
          listItems().map((item) => [item.itemId, item.categories.join('|')]),
        ),
      },
    ],
    solutions: SOLUTIONS.map((name) => ({ solution: name, recipe: engines.settings.solutions[name]?.recipe ?? '' })),
    onProgress: () => undefined,
  });
}

function listItems(): Item[] {
  return Array.from({ length: THINGS }, (_, n) => ({
    itemId: itemId(n + 1),
    title: `Thing ${n + 1}`,
    url: `https://shop.example/items/${itemId(n + 1)}`,
    price: 10 + n,
    currency: 'USD',
    categories: [CATEGORIES[n % CATEGORIES.length] ?? ''],
    stock: 5,
    attributes: {},
  }));
}

/** Everyone likes one category most; low numbers are visited more often. */
function listVisits() {
  return Array.from({ length: PEOPLE * VISITS_EACH }, (_, n) => {
    const person = n % PEOPLE;
    const visit = Math.floor(n / PEOPLE);
    const liked = visit % 3 === 0 ? visit % CATEGORIES.length : person % CATEGORIES.length;
    const rank = (visit * visit + person) % (3 + (visit % 8));
    return {
      userId: userId(person + 1),
      itemId: itemId(liked + 1 + CATEGORIES.length * rank),
      timestamp: FIRST_VISIT_S + n * 600,
    };
  });
}
