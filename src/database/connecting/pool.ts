/** Makes pools of PostgreSQL connections: their limits, their types, and what a URL may say about TLS. */
import { Pool, type PoolConfig, types } from 'pg';
import { NightjarError } from '../../errors';
import { boundClient } from './bounded-client';

/** The settings of `database` that limit a pool. */
export interface PoolLimits {
  readonly poolSize: number;
  readonly statementTimeoutSeconds: number;
  readonly connectTimeoutSeconds: number;
}

/** How much later than the server we give a statement up: then the server is gone, or the way to it. */
const SILENCE_MS = 5000;

/** Puts the limits of the settings on a connection. What the URL itself says wins, as everywhere with pg. */
export function limitConnection(connection: PoolConfig, limits: PoolLimits): PoolConfig {
  const statementMs = Math.round(limits.statementTimeoutSeconds * 1000);
  const serverMs = statementTimeoutOf(connection) ?? statementMs;
  return {
    ...readUrl(connection),
    max: limits.poolSize,
    statement_timeout: statementMs,
    ...(serverMs === 0 ? {} : { query_timeout: serverMs + SILENCE_MS }),
    // A process that hangs with a transaction open would hold its locks for ever.
    idle_in_transaction_session_timeout: statementMs,
    connectionTimeoutMillis: Math.round(limits.connectTimeoutSeconds * 1000),
  };
}

/** What the URL says: milliseconds, 0 for no limit. */
function statementTimeoutOf({ connectionString = '' }: PoolConfig): number | undefined {
  const [, text] = /[?&]statement_timeout=(\d+)/.exec(connectionString) ?? [];
  return text === undefined ? undefined : Number(text);
}

/** These mean verify-full to pg today, with a warning on stderr that they will mean less; we keep what they mean. */
const STRICT_MODES = new Set(['prefer', 'require', 'verify-ca']);
const MODES = new Set(['disable', 'no-verify', 'verify-full', ...STRICT_MODES]);

/** Reads the URL of a connection, so that `sslmode` means one thing in every version of pg. @throws E_CONFIG_FIELD */
function readUrl(connection: PoolConfig): PoolConfig {
  const text = connection.connectionString;
  if (text === undefined) return connection;
  const query = /\?([^#]*)/.exec(text)?.[1];
  const parameters = new URLSearchParams(query ?? '');
  const mode = parameters.get('sslmode');
  if (mode === null || parameters.get('uselibpqcompat') === 'true') return connection;
  if (!MODES.has(mode)) {
    throw new NightjarError('E_CONFIG_FIELD', `sslmode is "${mode}"; expected ${[...MODES].join(', ')}`, {
      where: { step: 'database.url' },
      fix: 'write ?sslmode=verify-full behind the database in DATABASE_URL',
    });
  }
  if (!STRICT_MODES.has(mode)) return connection;
  return { ...connection, connectionString: text.replace(/([?&]sslmode=)[^&#]*/, '$1verify-full') };
}

const INT8 = 20;
const TIMESTAMPTZ = 1184;

/** Reads int8 as a number (all of ours are counts below 2^53) and timestamptz as epoch ms. */
const parsers = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') => {
    if (oid === INT8) return Number;
    if (oid === TIMESTAMPTZ)
      return (text: string) => new Date(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00')).getTime();
    return format === 'binary' ? types.getTypeParser(oid, 'binary') : types.getTypeParser(oid, 'text');
  },
};

/** How soon a silent connection is probed; the system's own two hours would leave a worker listening to nobody. */
const KEEP_ALIVE_MS = 10_000;

/** Makes a pool whose unqualified names live in `schema`. `connectionTimeoutMillis` bounds connecting, not the wait for a turn. */
export function createPool(config: PoolConfig, schema: string): Pool {
  const { connectionTimeoutMillis, ...rest } = readUrl(config);
  const pool = new Pool({
    ...rest,
    types: parsers,
    ...withSearchPath(rest, schema),
    keepAlive: true,
    keepAliveInitialDelayMillis: KEEP_ALIVE_MS,
    application_name: 'nightjar',
    Client: boundClient(connectionTimeoutMillis),
  });
  // An idle connection that drops is replaced at the next query; without a listener it would end the process.
  pool.on('error', () => undefined);
  // The same for one that drops while in use: its query fails, and that is where it is handled.
  pool.on('connect', (client) => void client.on('error', () => undefined));
  return pool;
}

/** Options in a URL replace those beside it, and our names would land in another schema. */
function withSearchPath(config: PoolConfig, schema: string): PoolConfig {
  const ours = `-c search_path=${schema}`;
  const text = config.connectionString;
  const [, before = '', theirs] = /^([^?#]*\?(?:[^#]*&)?)options=([^&#]*)/.exec(text ?? '') ?? [];
  if (text === undefined || theirs === undefined) return { options: `${config.options ?? ''} ${ours}`.trim() };
  const value = encodeURIComponent(`${new URLSearchParams(`o=${theirs}`).get('o')} ${ours}`);
  return { connectionString: `${before}options=${value}${text.slice(before.length + `options=${theirs}`.length)}` };
}
