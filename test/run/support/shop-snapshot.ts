/** Takes yesterday's copy of a shop's database and puts it back, as a restore from a backup does: S3 and the inbox stay as they are. */
import { startEmbeddedPostgres } from '../../../src/database/embedded/postgres';
import { runSql } from '../../support/database';

const COPY = 'snapshot';

/** Copies the database of a state folder that nobody has open. */
export async function takeSnapshot(stateDir: string): Promise<void> {
  await copyDatabase(stateDir, (own) => ({ from: own, to: COPY }));
}

/** Puts the copy back. */
export async function restoreSnapshot(stateDir: string): Promise<void> {
  await copyDatabase(stateDir, (own) => ({ from: COPY, to: own }));
}

async function copyDatabase(stateDir: string, choose: (own: string) => { from: string; to: string }): Promise<void> {
  const postgres = await startEmbeddedPostgres({ stateDir });
  try {
    const { from, to } = choose(postgres.connection.database);
    const admin = { ...postgres.connection, database: 'template1' };
    await runSql(admin, `DROP DATABASE IF EXISTS "${to}" WITH (FORCE)`);
    await runSql(admin, `CREATE DATABASE "${to}" TEMPLATE "${from}"`);
  } finally {
    await postgres.release();
  }
}
