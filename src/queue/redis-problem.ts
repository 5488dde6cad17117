/** Says what is wrong with a Redis, and what to do about it, from the error of its client. */
import { isNightjarError, NightjarError } from '../errors';
import type { RedisTarget } from './redis-target';

interface Problem {
  readonly matches: RegExp;
  /** Continues "the Redis at host:port …". */
  readonly says: string;
  readonly fix: (target: RedisTarget) => string;
}

/** Read against the code and the message of an error; the first that matches counts. */
const PROBLEMS: readonly Problem[] = [
  {
    matches: /sentinels are unreachable.*(NOAUTH|WRONGPASS)/is,
    says: 'has Sentinels that ask for a password of their own',
    fix: () => 'write it in REDIS_URL: redis-sentinel://…/master-name?sentinelPassword=PASSWORD',
  },
  {
    matches: /ERR_TLS_CERT_ALTNAME_INVALID/,
    says: 'shows a certificate of another host name',
    fix: () => 'write in REDIS_URL the host name that stands in the certificate',
  },
  {
    matches: /CERT_HAS_EXPIRED|CERT_NOT_YET_VALID/,
    says: 'shows a certificate that is not valid now',
    fix: () => 'renew the certificate of the Redis server, and check the clock of this machine',
  },
  {
    matches: /SELF_SIGNED_CERT|UNABLE_TO_(VERIFY|GET_ISSUER)|CERT_UNTRUSTED|CERT_SIGNATURE_FAILURE/,
    says: 'shows a certificate that this machine does not trust',
    fix: () => 'name the file of its authority: NODE_EXTRA_CA_CERTS=/path/to/ca.pem nightjar …',
  },
  {
    matches: /WRONG_VERSION_NUMBER|ERR_SSL|EPROTO/,
    says: 'does not speak TLS',
    fix: () => 'write redis:// instead of rediss:// in REDIS_URL, or turn TLS on there',
  },
  {
    matches: /NOAUTH/,
    says: 'asks for a password',
    fix: () => 'write it in REDIS_URL: redis://:PASSWORD@host:6379 (percent-encoded)',
  },
  {
    matches: /WRONGPASS|invalid password|invalid username-password/i,
    says: 'refuses the user or the password',
    fix: () =>
      'correct the user and the password in REDIS_URL; other characters than letters and digits percent-encoded',
  },
  {
    matches: /NOPERM/,
    says: 'refuses a command to this user',
    fix: () => 'give the user the keys and commands: ACL SETUSER name ~nightjar:* +@all -@dangerous +info',
  },
  {
    matches: /DB index is out of range/,
    says: 'has no database of that number',
    fix: () => 'write a smaller number behind the host in REDIS_URL: redis://host:6379/0',
  },
  {
    matches: /sentinels are unreachable/i,
    says: 'is not known to its Sentinels, or they do not answer',
    fix: () => 'correct the hosts and the name of the master in REDIS_URL: redis-cli -p 26379 sentinel masters',
  },
  {
    matches: /ECONNREFUSED/,
    says: 'refuses the connection: nothing listens there',
    fix: () => 'start Redis there, or correct the host and the port in REDIS_URL',
  },
  {
    matches: /ENOTFOUND|EAI_AGAIN/,
    says: 'has a host name that is not known',
    fix: () => 'correct the host in REDIS_URL',
  },
  {
    matches: /ETIMEDOUT|EHOSTUNREACH|ENETUNREACH|timed out|did not answer/i,
    says: 'does not answer',
    // A server without TLS waits for the end of a line that never comes.
    fix: ({ tls }) =>
      `open its port in the firewall or security group for this machine${tls ? ', or write redis:// where it has no TLS' : ''}`,
  },
  {
    matches: /ECONNRESET|EPIPE|Connection is closed|connection closed/i,
    says: 'closes the connection',
    fix: ({ tls }) =>
      tls ? 'look into the log of the Redis server' : 'write rediss:// in REDIS_URL where it asks for TLS',
  },
];

/** Names the failure of a connection, or of a command, as E_QUEUE. */
export function explainRedis(error: unknown, target: RedisTarget): NightjarError {
  if (isNightjarError(error)) return error;
  const problem = findProblem(error);
  const says = problem === undefined ? `fails: ${describeShortly(error)}` : problem.says;
  return new NightjarError('E_QUEUE', `${target.label} ${says}`, {
    fix: problem?.fix(target) ?? 'check REDIS_URL, or unset it to keep the queue in the database',
    cause: error,
  });
}

function findProblem(error: unknown): Problem | undefined {
  const text = describe(error);
  return PROBLEMS.find(({ matches }) => matches.test(text));
}

/** ioredis wraps: the last error of a Sentinel stands in the message; node puts those of several addresses in `errors`. */
function describe(error: unknown): string {
  if (!(typeof error === 'object' && error !== null)) return String(error);
  const code = 'code' in error ? String(error.code) : '';
  const message = 'message' in error ? String(error.message) : '';
  const inner = 'errors' in error && Array.isArray(error.errors) ? error.errors.map(describe).join(' ') : '';
  return `${code} ${message} ${inner}`;
}

function describeShortly(error: unknown): string {
  const message = typeof error === 'object' && error !== null && 'message' in error ? String(error.message) : '';
  return message.split('\n')[0]?.slice(0, 200) || 'it does not say why';
}
