/** Looks at the database without changing it: version, rights, migrations, instance, clock, connections. */
import type { Pool } from 'pg';
import { z } from 'zod';
import type { Settings } from '../../config/settings';
import { MIGRATIONS } from '../../database/migrations/all';
import { systemErrorCode } from '../../errors';
import { type Examination, failed, ok, type Verdict, warning } from './finding';

export interface DatabaseCase {
  readonly settings: Pick<Settings, 'database' | 'queue' | 'instance'>;
  readonly now: () => number;
}

/**
 * What the database is good for: `away` takes no connection, `foreign` belongs to another instance or a newer nightjar,
 * `behind` lacks tables that the next command makes, `ours` is ready.
 */
export type DatabaseState = 'away' | 'foreign' | 'behind' | 'ours';

/** Examines a database through a pool, and changes nothing. */
export async function examineDatabase(exam: Examination, pool: Pool, world: DatabaseCase): Promise<DatabaseState> {
  const look = (name: string, verdict: () => Promise<Verdict>) => exam.check('database', name, verdict);
  const connection = await look('connect', () => connect(pool, world.settings));
  if (connection.status === 'failed') return 'away';
  const applied: { names: readonly string[] | undefined } = { names: undefined };
  const migrations = await look('migrations', async () => {
    applied.names = await readMigrations(pool);
    return applied.names === undefined ? checkRights(pool) : compareMigrations(applied.names);
  });
  const instance = await look('instance', () =>
    checkInstance(pool, applied.names !== undefined, world.settings.instance),
  );
  await look('clock', () => compareClocks(pool, world.now));
  await look('connections', () => countConnections(pool, world.settings));
  if (migrations.status === 'failed' || instance.status === 'failed') return 'foreign';
  return applied.names === undefined || pendingOf(applied.names).length > 0 ? 'behind' : 'ours';
}

async function connect(pool: Pool, settings: DatabaseCase['settings']): Promise<Verdict> {
  try {
    return await describeServer(pool, settings);
  } catch (error) {
    const fix = FIXES[systemErrorCode(error) ?? ''];
    if (fix === undefined) throw error;
    return failed(messageOf(error) || 'it refuses the connection', fix);
  }
}

/** Not by instanceof: errors of the system have another identity in some realms. Those of several addresses have no message. */
function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
}

/** What to do about the failures that a person can mend, by the codes of PostgreSQL and of the system. */
const FIXES: Readonly<Record<string, string>> = {
  '28P01':
    'correct the user and the password in DATABASE_URL; other characters than letters and digits percent-encoded',
  '28000':
    'let this user in by pg_hba.conf of the server; where it asks for TLS, add ?sslmode=verify-full to DATABASE_URL',
  '3D000': 'make the database: createdb NAME, or correct its name in DATABASE_URL',
  '53300': 'end other clients, or raise max_connections of the server',
  ECONNREFUSED: 'start PostgreSQL there, or correct the host and the port in DATABASE_URL',
  ENOTFOUND: 'correct the host in DATABASE_URL',
  ETIMEDOUT: 'open its port in the firewall or security group for this machine',
  SELF_SIGNED_CERT_IN_CHAIN: 'name the file of its authority: add &sslrootcert=/path/to/ca.pem to DATABASE_URL',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'name the file of its authority: add &sslrootcert=/path/to/ca.pem to DATABASE_URL',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'name the file of its authority: add &sslrootcert=/path/to/ca.pem to DATABASE_URL',
};

async function describeServer(pool: Pool, settings: DatabaseCase['settings']): Promise<Verdict> {
  const row = await one(
    pool,
    `SELECT current_setting('server_version') AS version, current_database() AS name,
       coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS tls`,
    z.object({ version: z.string(), name: z.string(), tls: z.boolean() }),
  );
  const server = `PostgreSQL ${row.version.split(' ')[0]}`;
  const place = placeOf(settings.database.url);
  if (place === undefined) return ok(`${server}, embedded`);
  const where = `${server}, database ${row.name} at ${place.host}`;
  if (row.tls) return ok(`${where}, with TLS`);
  if (place.isLocal) return ok(where);
  return warning(`${where}, without TLS`, 'add ?sslmode=verify-full to DATABASE_URL');
}

/** Names the host and nothing else of a URL, which may hold a password; undefined for the embedded server. */
export function placeOf(url: string): { readonly host: string; readonly isLocal: boolean } | undefined {
  if (url === 'embedded') return undefined;
  // Node's parser takes no URL of a socket: postgres://user@/database?host=/run/postgresql.
  if (!URL.canParse(url)) return { host: 'a local socket', isLocal: true };
  const { hostname, host } = new URL(url);
  return { host: host === '' ? 'a local socket' : host, isLocal: /^(|localhost|127\..*|\[::1\])$/.test(hostname) };
}

/** Reads the names of the migrations that were applied; undefined where nightjar has no tables here. */
async function readMigrations(pool: Pool): Promise<readonly string[] | undefined> {
  const { found } = await one(
    pool,
    `SELECT to_regclass('nightjar.kysely_migration') IS NOT NULL AS found`,
    z.object({ found: z.boolean() }),
  );
  if (!found) return undefined;
  const { rows } = await pool.query('SELECT name FROM nightjar.kysely_migration ORDER BY name');
  return z
    .array(z.object({ name: z.string() }))
    .parse(rows)
    .map(({ name }) => name);
}

function pendingOf(applied: readonly string[]): readonly string[] {
  return Object.keys(MIGRATIONS).filter((name) => !applied.includes(name));
}

function compareMigrations(applied: readonly string[]): Verdict {
  const unknown = applied.filter((name) => !(name in MIGRATIONS));
  if (unknown.length > 0) {
    return failed(`the tables are of a newer nightjar (${unknown.join(', ')})`, 'update nightjar on this machine');
  }
  const pending = pendingOf(applied);
  if (pending.length === 0) return ok(`all ${applied.length} are applied`);
  return warning(`${pending.join(', ')} will be applied by the next command; stop workers of the old version first`);
}

async function checkRights(pool: Pool): Promise<Verdict> {
  const row = await one(
    pool,
    `SELECT has_database_privilege(current_database(), 'CREATE') AS may, current_user AS usr, current_database() AS name`,
    z.object({ may: z.boolean(), usr: z.string(), name: z.string() }),
  );
  if (row.may) return ok('there are no tables yet; the next command makes them');
  return failed(
    `the user ${row.usr} may not make nightjar's tables`,
    `GRANT CREATE ON DATABASE "${row.name}" TO "${row.usr}";`,
  );
}

async function checkInstance(pool: Pool, hasTables: boolean, instance: string): Promise<Verdict> {
  const { rows } = hasTables ? await pool.query('SELECT name FROM nightjar.instance') : { rows: [] };
  const [claimed] = z.array(z.object({ name: z.string() })).parse(rows);
  if (claimed === undefined) return ok(`it belongs to nobody yet; the next command claims it for "${instance}"`);
  if (claimed.name === instance) return ok(`it belongs to "${instance}"`);
  return failed(
    `it belongs to the instance "${claimed.name}", the settings say "${instance}"`,
    `set NIGHTJAR_INSTANCE=${claimed.name} if this is that instance; else give this instance a database of its own`,
  );
}

/** Leases and due times of several machines meet in the database, so that their clocks must agree. */
const MAX_SKEW_MS = 2000;

async function compareClocks(pool: Pool, now: () => number): Promise<Verdict> {
  const beforeMs = now();
  const { at } = await one(pool, 'SELECT clock_timestamp() AS at', z.object({ at: z.number() }));
  const skewMs = at - (beforeMs + now()) / 2;
  const size = `${(Math.abs(skewMs) / 1000).toFixed(1)} s`;
  if (Math.abs(skewMs) <= MAX_SKEW_MS) return ok(`this machine and the server differ by ${size}`);
  return warning(
    `this machine is ${size} ${skewMs > 0 ? 'behind' : 'ahead of'} the server`,
    'set both clocks by NTP: timedatectl set-ntp true',
  );
}

async function countConnections(pool: Pool, settings: DatabaseCase['settings']): Promise<Verdict> {
  const row = await one(
    pool,
    `SELECT current_setting('max_connections')::int - current_setting('superuser_reserved_connections')::int AS most,
       (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend') AS used`,
    z.object({ most: z.number(), used: z.number() }),
  );
  const { poolSize } = settings.database;
  const isQueueHere = settings.queue.url === 'embedded' || settings.queue.url === 'database';
  const each = poolSize + (isQueueHere ? Math.ceil(poolSize / 2) : 0);
  const processes = Math.floor(row.most / each);
  const detail = `${row.used} of ${row.most} in use; a process of nightjar takes up to ${each}, so ${processes} fit`;
  if (processes >= 2) return ok(detail);
  return warning(detail, `raise max_connections of the server to ${each * 2 + 10}, or lower database.poolSize`);
}

async function one<Row>(pool: Pool, text: string, shape: z.ZodType<Row>): Promise<Row> {
  const { rows } = await pool.query(text);
  return shape.parse(rows[0]);
}
