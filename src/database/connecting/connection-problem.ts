/** Says what is wrong with a PostgreSQL server, and what to do about it, from the error of a connection. */
import type { PoolConfig } from 'pg';
import { isNightjarError, NightjarError } from '../../errors';

/** The oldest version that the suites run on. */
const LEAST_MAJOR = 15;

interface Problem {
  readonly matches: RegExp;
  /** Continues "the database at host:port/name …". */
  readonly says: string;
  readonly fix: string;
  /** It may pass without a person who mends it. */
  readonly passes?: boolean;
}

/** Read against code and message; the first that matches counts. SQLSTATEs stand in Appendix A of PostgreSQL's manual. */
const PROBLEMS: readonly Problem[] = [
  {
    matches: /ERR_TLS_CERT_ALTNAME_INVALID/,
    says: 'shows a certificate of another host name',
    fix: 'write in DATABASE_URL the host name that stands in the certificate',
  },
  {
    matches: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    says: 'shows a certificate that is not valid now',
    fix: 'renew the certificate of the server, and check the clock of this machine',
  },
  {
    matches: /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE/,
    says: 'shows a certificate that this machine does not trust',
    fix: 'name the file of its authority in DATABASE_URL: ?sslmode=verify-full&sslrootcert=/path/to/ca.pem',
  },
  {
    matches: /does not support SSL/,
    says: 'does not speak TLS',
    fix: 'write ?sslmode=disable in DATABASE_URL, or turn TLS on there (ssl = on)',
  },
  {
    matches: /no encryption|SSL off/,
    says: 'does not let this user in without TLS',
    fix: 'write ?sslmode=verify-full behind the database in DATABASE_URL',
  },
  {
    matches: /28P01|client password must be a string|no password supplied/,
    says: 'refuses the user or the password',
    fix: 'correct the user and the password in DATABASE_URL; other characters than letters and digits percent-encoded',
  },
  {
    matches: /28000/,
    says: 'does not let this user in from this machine',
    fix: 'add a line for the user and this machine to pg_hba.conf there, and reload it: SELECT pg_reload_conf()',
  },
  {
    matches: /3D000/,
    says: 'does not exist on that server',
    fix: 'make it there: CREATE DATABASE nightjar ENCODING UTF8; or correct the name in DATABASE_URL',
  },
  {
    matches: /42501/,
    says: 'does not let this user make its tables',
    fix: 'as its owner: GRANT CREATE ON DATABASE nightjar TO the user of DATABASE_URL',
  },
  {
    matches: /25006/,
    says: 'is a replica, which takes no writes',
    fix: 'write the address of the primary in DATABASE_URL',
    passes: true,
  },
  {
    matches: /53300/,
    says: 'has no connection left',
    fix: 'raise max_connections there, or lower database.poolSize; docs/engines.md has the arithmetic',
    passes: true,
  },
  {
    matches: /57P0[123]/,
    says: 'is starting or stopping',
    fix: 'wait until it is up, then run the same again',
    passes: true,
  },
  {
    matches: /ECONNREFUSED/,
    says: 'refuses the connection: nothing listens there',
    fix: 'start PostgreSQL there, correct the host and the port in DATABASE_URL, or unset it for the embedded database',
    passes: true,
  },
  {
    matches: /ENOTFOUND|EAI_AGAIN/,
    says: 'has a host name that is not known',
    fix: 'correct the host in DATABASE_URL',
    passes: true,
  },
  {
    matches: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timeout/i,
    says: 'does not answer',
    fix: 'open its port in the firewall or security group for this machine',
    passes: true,
  },
  {
    matches: /ECONNRESET|EPIPE|Connection terminated/i,
    says: 'closes the connection',
    fix: 'look into the log of the PostgreSQL server',
    passes: true,
  },
];

/** Names the failure of a connection, or of bringing the schema up to date, as E_ENGINE_DATABASE. */
export function explainDatabase(error: unknown, connection: PoolConfig): NightjarError {
  if (isNightjarError(error)) return error;
  const text = describe(error);
  if (/ERR_INVALID_URL|Invalid port/.test(text)) return refuseUrl(error);
  if (/ENOENT.*open/.test(text)) return missingFile(error);
  const problem = PROBLEMS.find(({ matches }) => matches.test(text));
  const says = problem?.says ?? `can't be opened: ${messageOf(error)}`;
  return new NightjarError('E_ENGINE_DATABASE', `${labelOf(connection)} ${says}`, {
    fix: problem?.fix ?? 'check DATABASE_URL, or unset it to use the embedded database',
    cause: error,
  });
}

/** Tells whether a database could not be opened only because it is away: its server is down, starting, full, or out of reach. */
export function isAway(error: unknown): boolean {
  if (!isNightjarError(error) || error.code !== 'E_ENGINE_DATABASE') return false;
  const text = describe(error.cause);
  return PROBLEMS.find(({ matches }) => matches.test(text))?.passes === true;
}

/**
 * Refuses a server that is older than what we test with.
 * @param version  `server_version_num`, such as 150012
 */
export function checkVersion(version: number, connection: PoolConfig): void {
  const major = Math.floor(version / 10_000);
  if (major >= LEAST_MAJOR) return;
  throw new NightjarError(
    'E_ENGINE_DATABASE',
    `${labelOf(connection)} is PostgreSQL ${major}; expected ${LEAST_MAJOR} or newer`,
    { fix: `upgrade it with pg_upgrade, or unset DATABASE_URL to use the embedded database` },
  );
}

function refuseUrl(cause: unknown): NightjarError {
  return new NightjarError(
    'E_CONFIG_FIELD',
    'the URL of the database is wrong; expected postgres://user:password@host:5432/database',
    {
      where: { step: 'database.url' },
      fix: 'write "@", "/", ":" and "?" of a user or password percent-encoded',
      cause,
    },
  );
}

function missingFile(cause: unknown): NightjarError {
  return new NightjarError('E_CONFIG_FIELD', `a file of the database's URL is missing: ${messageOf(cause)}`, {
    where: { step: 'database.url' },
    fix: 'correct sslrootcert, sslcert or sslkey in DATABASE_URL',
    cause,
  });
}

/** Names a server and its database, without user and password. */
function labelOf({ connectionString, host, port, database }: PoolConfig): string {
  const place =
    connectionString === undefined ? `${host}:${port ?? 5432}/${database ?? ''}` : placeOf(connectionString);
  return `the database at ${place}`;
}

function placeOf(url: string): string {
  try {
    const { hostname, port, pathname } = new URL(url);
    return `${hostname || 'localhost'}:${port || 5432}${pathname}`;
  } catch {
    return 'DATABASE_URL';
  }
}

/** Node puts the errors of several addresses of one name in `errors`. */
function describe(error: unknown): string {
  if (!(typeof error === 'object' && error !== null)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(describe).join(' ') : '';
  return `${code} ${messageOf(error)} ${inner}`;
}

function messageOf(error: unknown): string {
  return typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : String(error);
}
