/** The shop of the rounds: small, the same for every seed, and trained once a process. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { openEngines } from '../../../src/cli/open-engines';
import { loadSettings } from '../../../src/config/load';
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { train } from '../../../src/run/own-data/train';
import { createRandom } from '../../../src/sample/random';
import { ROOT, runNightjar } from '../../support/nightjar';

/** People who have consented, each with an address of their own. */
export const PEOPLE = 300;
/** Chosen as well, and excluded: they have the address of another. */
const SHARING = 6;
/** Never chosen. */
const WITHOUT_CONSENT = 12;
/** Mail domains, so that one that is blocked doesn't stop all. */
const DOMAINS = 5;
const THINGS = 60;
const VISITS_EACH = 15;
const CATEGORIES = ['coffee', 'plants', 'tea'];
export const SLOT = '2026-03-02';

export const personId = (nth: number) => `u${String(nth).padStart(3, '0')}`;
const thingId = (nth: number) => `i${String(nth).padStart(3, '0')}`;

/** Everyone who has to be in the ledger. */
export const CHOSEN: readonly string[] = Array.from({ length: PEOPLE + SHARING }, (_, n) => personId(n + 1));

/** Where the shop's files lie: a project folder, tables to import, and the trained state of a local AWS. */
export interface Shop {
  readonly project: string;
  readonly contacts: string;
  readonly items: string;
  readonly state: string;
}

/** Writes the tables and trains, in about ten seconds. */
export async function makeShop(folder: string): Promise<Shop> {
  const state = path.join(folder, 'state');
  const contacts = path.join(folder, 'contacts.csv');
  const items = path.join(folder, 'items.csv');
  writeFileSync(contacts, toCsv(['user_id', 'email', 'first_name', 'consent'], listPeople()));
  writeFileSync(items, toCsv(['item_id', 'title', 'price', 'currency', 'categories', 'stock', 'url'], listThings()));
  const imported = await runNightjar(['import', '--contacts', contacts, '--items', items, '--state', state], {
    cwd: folder,
  });
  if (imported.code !== 0) throw new Error(`the shop was not imported: ${imported.stderr}`);
  await trainShop(state);
  const use = await startEmbeddedPostgres({ stateDir: state });
  await use.release();
  await use.waitUntilStopped();
  return { project: folder, contacts, items, state };
}

/** Writes the job files of a round. */
export function writeJobs(project: string, letters: { readonly rate: number; readonly unknown: string }): void {
  mkdirSync(path.join(project, 'jobs'), { recursive: true });
  mkdirSync(path.join(project, 'templates', 'mini'), { recursive: true });
  const template = (file: string, text: string) => writeFileSync(path.join(project, 'templates', 'mini', file), text);
  template('subject.hbs', '{{items.0.title}} for {{contact.firstName}}');
  template(
    'body.html.hbs',
    '<ul>{{#each items}}<li>{{title}}</li>{{/each}}</ul><p>{{sender.postalAddress}} <a href="{{unsubscribeUrl}}">no more</a></p>',
  );
  template('body.text.hbs', '{{#each items}}{{title}}\n{{/each}}{{sender.postalAddress}} {{unsubscribeUrl}}\n');
  const job = (name: string, lines: readonly string[]) =>
    writeFileSync(path.join(project, 'jobs', `${name}.yaml`), `${lines.join('\n')}\n`);
  const send = `rate: ${letters.rate}/s${letters.unknown === 'ask' ? '' : `, unknown: ${letters.unknown}`}`;
  job('letters', [
    'about: Three things for everyone',
    'kind: email',
    'recommend: { solution: picks, results: 8 }',
    'recipients: { where: { consent: true } }',
    'content: { template: mini, show: { items: 3 } }',
    `send: { ${send} }`,
  ]);
  job('fans', [
    'about: Who likes tea and coffee',
    'kind: audience',
    'segment:',
    '  solution: attribute-fans',
    '  users: 120',
    '  queries: { tea: ITEMS.CATEGORY = "tea", coffee: ITEMS.CATEGORY = "coffee" }',
    'audience: { where: { consent: true }, formats: [csv], to: audiences/fans/ }',
  ]);
}

/** Copies a state folder whose server is stopped, with its owners: the database's files belong to the server's user. */
export function copyState(from: string, to: string): void {
  mkdirSync(to, { recursive: true });
  execFileSync('cp', ['-a', `${from}/.`, to]);
}

function listPeople(): readonly (readonly (string | number)[])[] {
  const total = PEOPLE + SHARING + WITHOUT_CONSENT;
  return Array.from({ length: total }, (_, n) => {
    const sharing = n >= PEOPLE && n < PEOPLE + SHARING;
    const owner = sharing ? n - PEOPLE + 1 : n + 1;
    return [
      personId(n + 1),
      `${personId(owner)}@people-${owner % DOMAINS}.example`,
      'Robin',
      String(n < PEOPLE + SHARING),
    ];
  });
}

function listThings(): readonly (readonly (string | number)[])[] {
  return Array.from({ length: THINGS }, (_, n) => [
    thingId(n + 1),
    `Thing ${n + 1}`,
    10 + n,
    'USD',
    CATEGORIES[n % CATEGORIES.length] ?? '',
    5,
    `https://shop.example/items/${thingId(n + 1)}`,
  ]);
}

/** Everyone prefers the things of one category. */
function listVisits(): readonly (readonly (string | number)[])[] {
  const random = createRandom(1, 'visits');
  const firstVisit = Date.UTC(2026, 1, 1) / 1000;
  return Array.from({ length: PEOPLE * VISITS_EACH }, (_, n) => {
    const person = n % PEOPLE;
    const category = random.chance(0.6) ? person % CATEGORIES.length : random.integer(0, CATEGORIES.length - 1);
    const rank = random.integer(0, THINGS / CATEGORIES.length - 1);
    return [personId(person + 1), thingId(1 + category + CATEGORIES.length * rank), firstVisit + n * 60];
  });
}

async function trainShop(stateDir: string): Promise<void> {
  const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides: [] });
  const engines = await openEngines({ settings, stateDir, env: {}, log: () => undefined, jobSeconds: 0 });
  try {
    const solutions = ['picks', 'attribute-fans'];
    await train(engines, {
      group: 'small-shop',
      datasets: [
        {
          type: 'Interactions',
          ...dataset('Interactions', { USER_ID: 'string', ITEM_ID: 'string', TIMESTAMP: 'long' }, listVisits()),
        },
        {
          type: 'Items',
          ...dataset(
            'Items',
            { ITEM_ID: 'string', CATEGORY: 'string' },
            listThings().map((thing) => [thing[0] ?? '', thing[4] ?? '']),
          ),
        },
      ],
      solutions: solutions.map((name) => ({ solution: name, recipe: settings.solutions[name]?.recipe ?? '' })),
      onProgress: () => undefined,
    });
  } finally {
    await engines.close();
  }
}

function dataset(
  name: string,
  columns: Readonly<Record<string, string>>,
  rows: readonly (readonly (string | number)[])[],
) {
  const fields = Object.entries(columns).map(([column, type]) => ({
    name: column,
    type,
    ...(column === 'CATEGORY' ? { categorical: true } : {}),
  }));
  const schema = { type: 'record', name, namespace: 'com.amazonaws.personalize.schema', fields, version: '1.0' };
  return { schema: JSON.stringify(schema), csv: toCsv(Object.keys(columns), rows) };
}

function toCsv(header: readonly string[], rows: readonly (readonly (string | number)[])[]): string {
  return `${[header, ...rows].map((row) => row.join(',')).join('\n')}\n`;
}
