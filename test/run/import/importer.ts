/** A program that imports contacts and interactions into a database, to be killed in the middle. */
import { openDatabase } from '../../../src/database/connecting/connection';
import { importFiles } from '../../../src/run/import/import-files';

const [host = '', database = '', contacts = '', interactions = ''] = process.argv.slice(2);

async function main(): Promise<void> {
  const { db, close } = await openDatabase({ host, port: 5432, user: 'nightjar', database });
  await importFiles({ db, contacts, interactions, replace: false, now: 0 });
  await close();
}

main().catch((error: unknown) => {
  process.stderr.write(String(error));
  process.exit(1);
});
