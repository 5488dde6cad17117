/** Reads rows from a SQL query on a PostgreSQL database, through a cursor in a transaction that can't write. */
import { Client, DatabaseError } from 'pg';
import { limitConnection } from '../../database/connecting/connection';
import type { ImportProblem } from './findings';
import type { Cell, FileRow, RowListener, RowSource } from './row';

const FETCHED_ROWS = 5000;
const LIMITS = { poolSize: 1, statementTimeoutSeconds: 3600, connectTimeoutSeconds: 10 };

export interface QueryWish {
  /** As messages name it; the URL holds a password and stays out of them. */
  readonly name: string;
  /** postgres://user:password@host/database */
  readonly url: string;
  /** One SELECT. */
  readonly sql: string;
}

/** Makes a query a source of rows; what would be the line of a file is the row's number in the answer, from 1. */
export function openQuery(wish: QueryWish): RowSource {
  return {
    name: wish.name,
    findUnreadable: () => tryQuery(wish),
    readRows: (listener) => readQuery(wish, listener),
  };
}

async function* readQuery(wish: QueryWish, listener: RowListener): AsyncGenerator<readonly FileRow[]> {
  const client = createClient(wish);
  try {
    await client.connect();
    await openCursor(client, wish.sql);
    let columns: readonly string[] | undefined;
    for (let line = 1; !listener.findings.full; ) {
      const { fields, rows } = await client.query<unknown[]>({
        text: `FETCH ${FETCHED_ROWS} FROM import_rows`,
        rowMode: 'array',
      });
      const names = fields.map((field) => field.name);
      if (columns === undefined && !listener.onColumns(names)) return;
      columns = names;
      yield rows.map((row, index) => ({ line: line + index, cells: readCells(names, row) }));
      line += rows.length;
      if (rows.length < FETCHED_ROWS) return;
    }
  } catch (error) {
    listener.findings.addProblem(explainQuery(error));
  } finally {
    await client.end().catch(() => undefined);
  }
}

async function openCursor(client: Client, sql: string): Promise<void> {
  await client.query('BEGIN READ ONLY');
  await client.query("SET LOCAL TIME ZONE 'UTC'");
  await client.query("SET LOCAL datestyle = 'ISO'");
  const text = `DECLARE import_rows NO SCROLL CURSOR FOR ${sql.trim().replace(/;+$/, '')}`;
  // The extended protocol takes one statement only.
  const one = { text, values: [], queryMode: 'extended' };
  await client.query(one);
}

/** Connects and plans the query, so that a wrong one costs no time. */
async function tryQuery(wish: QueryWish): Promise<ImportProblem | undefined> {
  const client = createClient(wish);
  try {
    await client.connect();
    await openCursor(client, wish.sql);
    return undefined;
  } catch (error) {
    return explainQuery(error);
  } finally {
    await client.end().catch(() => undefined);
  }
}

function createClient({ url }: QueryWish): Client {
  const client = new Client({
    ...limitConnection({ connectionString: url }, LIMITS),
    types: { getTypeParser: (oid: number) => parserOf(oid) },
  });
  // A connection that breaks fails the query under way; without a listener it would end the process.
  client.on('error', () => undefined);
  return client;
}

const BOOL = 16;
const TIMES: ReadonlySet<number> = new Set([1114, 1184]);
const TEXT_ARRAYS: ReadonlySet<number> = new Set([1009, 1015, 1002]);

/** Values stay as PostgreSQL writes them, but for those that import files write in another way. */
function parserOf(oid: number): (text: string) => unknown {
  if (oid === BOOL) return (text) => (text === 't' ? 'true' : 'false');
  if (TIMES.has(oid)) return (text) => text.replace(/\+00$/, 'Z');
  if (TEXT_ARRAYS.has(oid)) return (text) => readTextArray(text);
  return (text) => text;
}

/** Reads the text form of a one-dimensional array, such as `{tea,"loose leaf",NULL}`; NULLs are left out. */
function readTextArray(text: string): readonly string[] {
  const parts = text.slice(1, -1).matchAll(/"((?:[^"\\]|\\.)*)"|([^,]+)/g);
  return [...parts].flatMap(([, quoted, plain]) => {
    if (quoted !== undefined) return [quoted.replace(/\\(.)/g, '$1')];
    return plain === undefined || plain === 'NULL' ? [] : [plain];
  });
}

function readCells(columns: readonly string[], row: readonly unknown[]): ReadonlyMap<string, Cell> {
  const cells = new Map<string, Cell>();
  columns.forEach((column, index) => {
    const value = row[index];
    if (typeof value === 'string' && value !== '') cells.set(column, value);
    else if (Array.isArray(value))
      cells.set(
        column,
        value.filter((part) => typeof part === 'string'),
      );
  });
  return cells;
}

function explainQuery(error: unknown): ImportProblem {
  const reason = error instanceof Error ? error.message || error.name : String(error);
  return error instanceof DatabaseError
    ? { message: `the query fails: ${reason}`, fix: 'mend the query; it must be one SELECT' }
    : {
        message: `the database can't be read: ${reason}`,
        fix: 'check the URL given by --from or NIGHTJAR_IMPORT_FROM',
      };
}
