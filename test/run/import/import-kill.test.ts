import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import path from 'node:path';
import { sql } from 'kysely';
import { countContacts } from '../../../src/database/people/contacts';
import { countInteractions } from '../../../src/database/people/interactions';
import { waitUntil } from '../../database/embedded/processes';
import { ROOT } from '../../support/nightjar';
import { useWorkshop } from './workshop';

const shop = useWorkshop();

/** Tells whether an import has written to a table; others see that only by its lock. */
async function isWriting(table: string): Promise<boolean> {
  const held = await sql`
    SELECT FROM pg_locks WHERE relation = ${`nightjar.${table}`}::regclass AND mode = 'RowExclusiveLock'
  `.execute(shop.db);
  return held.rows.length > 0;
}

it('leaves nothing of an import whose process is killed in the middle, and no lock either', async () => {
  const contacts = shop.write(
    'contacts.csv',
    ['user_id', ...Array.from({ length: 8000 }, (_, index) => `u${index}`)].join('\n'),
  );
  const pipe = path.join(shop.folder, 'interactions.csv');
  execFileSync('mkfifo', [pipe]);
  const script = ['-r', path.join(ROOT, 'test/support/register.js'), path.join(__dirname, 'importer.ts')];
  const { host, database } = shop.connection;
  const child = spawn(process.execPath, [...script, host, database, contacts, pipe], {
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const ended = once(child, 'exit');
  const feed = createWriteStream(pipe).on('error', () => undefined);
  const rows = Array.from({ length: 20_000 }, (_, index) => `u${index % 8000},i1,${1767225600 + index}`);
  feed.write(['user_id,item_id,timestamp', ...rows, ''].join('\n'));
  await waitUntil(() => isWriting('interaction'));

  child.kill('SIGKILL');
  await ended;
  feed.destroy();

  expect([await countContacts(shop.db), await countInteractions(shop.db)]).toEqual([0, 0]);
  expect((await shop.import({ contacts })).contacts).toEqual({ read: 8000, changed: 8000, unchanged: 0, removed: 0 });
});
