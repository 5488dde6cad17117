/** Gives import tests a server, an empty migrated database for each test, and a folder for their files. */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Database, OpenDatabase } from '../../../src/database/connecting/connection';
import { openDatabase } from '../../../src/database/connecting/connection';
import type { EmbeddedConnection } from '../../../src/database/embedded/postgres';
import { formatError, isNightjarError } from '../../../src/errors';
import { type ImportOptions, importFiles } from '../../../src/run/import/import-files';
import type { ImportReport } from '../../../src/run/import/report';
import { startTestPostgres, type TestPostgres } from '../../support/database';

/** 2026-03-01T12:00:00Z. */
export const NOW = Date.UTC(2026, 2, 1, 12);

type Files = Partial<
  Pick<ImportOptions, 'contacts' | 'items' | 'interactions' | 'suppressions' | 'replace' | 'dryRun'>
>;

export interface Workshop {
  readonly folder: string;
  readonly db: Database;
  readonly connection: EmbeddedConnection;
  /** Writes a file and gives its path. */
  write(name: string, content: string | Uint8Array): string;
  import(files: Files): Promise<ImportReport>;
  /** Imports what must fail and gives the error as it is printed, without the folder. */
  fail(files: Files): Promise<string>;
}

/** Registers the hooks; the members are there while a test runs. */
export function useWorkshop(): Workshop {
  const folder = mkdtempSync(path.join(tmpdir(), 'nightjar-import-'));
  let postgres: TestPostgres;
  let template: EmbeddedConnection;
  let connection: EmbeddedConnection;
  let open: OpenDatabase;
  beforeAll(async () => {
    postgres = await startTestPostgres();
    template = await postgres.createDatabase();
    await (await openDatabase(template)).close();
  });
  beforeEach(async () => {
    connection = await postgres.createDatabase(template.database);
    open = await openDatabase(connection);
  });
  afterEach(() => open.close());
  afterAll(async () => {
    await postgres.stop();
    rmSync(folder, { recursive: true, force: true });
  });
  const run = (files: Files) => importFiles({ replace: false, ...files, db: open.db, now: NOW });
  return {
    folder,
    get db() {
      return open.db;
    },
    get connection() {
      return connection;
    },
    write(name, content) {
      const file = path.join(folder, name);
      writeFileSync(file, content);
      return file;
    },
    import: run,
    async fail(files) {
      try {
        await run(files);
      } catch (error) {
        if (isNightjarError(error)) return formatError(error).replaceAll(`${folder}${path.sep}`, '');
        throw error;
      }
      throw new Error('the import succeeded');
    },
  };
}
