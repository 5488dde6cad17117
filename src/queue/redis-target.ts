/** Reads the URL of a Redis: one server, or a master that Sentinels know. */
import type { RedisOptions } from 'ioredis';
import { NightjarError } from '../errors';

/** Where a Redis is and how to get in. */
export interface RedisTarget {
  readonly options: Pick<RedisOptions, (typeof TARGET_OPTIONS)[number]>;
  /** Names it in messages: hosts and ports, no secret. */
  readonly label: string;
  readonly tls: boolean;
}

const TARGET_OPTIONS = [
  'host',
  'port',
  'username',
  'password',
  'db',
  'tls',
  'sentinels',
  'name',
  'sentinelPassword',
  'sentinelUsername',
  'enableTLSForSentinelMode',
  'sentinelTLS',
] as const;

/** Scheme, user, password, hosts, path, query. A password may hold anything percent-encoded. */
const URL_SHAPE = /^(rediss?)(-sentinel)?:\/\/(?:([^:@/?]*)(?::([^@/?]*))?@)?([^/?#]+)(?:\/([^?#]*))?(?:\?([^#]*))?$/;
const HOST_SHAPE = /^(\[[0-9a-fA-F:.]+\]|[^:[\]\s]+)(?::(\d{1,5}))?$/;
const REDIS_PORT = 6379;
const SENTINEL_PORT = 26_379;
const QUERY = new Set(['db', 'sentinelUser', 'sentinelPassword']);

/**
 * Reads `redis[s]://[user:password@]host[:port][/db]` and
 * `redis[s]-sentinel://[user:password@]host[:port],…/master-name[?db=N&sentinelUser=…&sentinelPassword=…]`.
 * User and password are those of Redis; Sentinels have their own.
 * @throws E_CONFIG_FIELD where it is neither
 */
export function parseRedisUrl(url: string): RedisTarget {
  const [, scheme, sentinel, user, password, hosts = '', path = '', query = ''] = URL_SHAPE.exec(url) ?? [];
  if (scheme === undefined) throw refuse('it is not a URL of that form');
  if (`${hosts}${path}`.includes('@'))
    throw refuse('"@", "/", ":" and "?" of a user or password have to be percent-encoded');
  const login = {
    ...(user === undefined || user === '' ? {} : { username: decode(user) }),
    ...(password === undefined || password === '' ? {} : { password: decode(password) }),
  };
  const tls = scheme === 'rediss';
  const places = hosts.split(',').map((host) => readHost(host, sentinel === undefined ? REDIS_PORT : SENTINEL_PORT));
  const parts = { places, tls, login, path: decode(path), query: readQuery(query) };
  const options = sentinel === undefined ? readServer(parts) : readSentinels(parts);
  return { options, label: labelOf(parts, sentinel !== undefined), tls };
}

interface UrlParts {
  readonly places: readonly { readonly host: string; readonly port: number }[];
  readonly tls: boolean;
  readonly login: { readonly username?: string; readonly password?: string };
  readonly path: string;
  readonly query: ReadonlyMap<string, string>;
}

function readServer({ places, tls, login, path, query }: UrlParts): RedisTarget['options'] {
  const [place, ...others] = places;
  if (place === undefined || others.length > 0) throw refuse('it names several hosts, which redis-sentinel:// does');
  if ([...query.keys()].some((key) => key !== 'db')) throw refuse('only db may stand behind the "?"');
  const db = readDb(path === '' ? query.get('db') : path);
  return { ...place, ...login, db, ...(tls ? { tls: {} } : {}) };
}

function readSentinels({ places, tls, login, path, query }: UrlParts): RedisTarget['options'] {
  if (path === '') throw refuse('the name of the master is missing behind the hosts');
  const sentinelPassword = query.get('sentinelPassword');
  const sentinelUsername = query.get('sentinelUser');
  return {
    sentinels: [...places],
    name: path,
    ...login,
    db: readDb(query.get('db')),
    ...(sentinelPassword === undefined ? {} : { sentinelPassword }),
    ...(sentinelUsername === undefined ? {} : { sentinelUsername }),
    ...(tls ? { tls: {}, sentinelTLS: {}, enableTLSForSentinelMode: true } : {}),
  };
}

function readHost(text: string, defaultPort: number): { readonly host: string; readonly port: number } {
  const [, host, port] = HOST_SHAPE.exec(text) ?? [];
  if (host === undefined || Number(port ?? 1) > 65_535) throw refuse('a host or its port is wrong');
  return { host: host.replace(/^\[|\]$/g, ''), port: port === undefined ? defaultPort : Number(port) };
}

function readQuery(text: string): ReadonlyMap<string, string> {
  const query = new Map(new URLSearchParams(text));
  const unknown = [...query.keys()].find((key) => !QUERY.has(key));
  if (unknown !== undefined) throw refuse(`"${unknown}" is none of ${[...QUERY].join(', ')}`);
  return query;
}

function readDb(text: string | undefined): number {
  if (text === undefined || text === '') return 0;
  if (/^\d{1,5}$/.test(text)) return Number(text);
  throw refuse('the database is not a number');
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    throw refuse('a "%" is not followed by two hexadecimal digits; write %25 for one');
  }
}

function labelOf({ places, path }: UrlParts, isSentinel: boolean): string {
  const list = places.map(({ host, port }) => `${host.includes(':') ? `[${host}]` : host}:${port}`).join(', ');
  return isSentinel ? `the Redis "${path}" of the Sentinels ${list}` : `the Redis at ${list}`;
}

function refuse(why: string): NightjarError {
  return new NightjarError(
    'E_CONFIG_FIELD',
    `the URL of the queue is wrong: ${why}; expected redis://user:password@host:6379/0 or redis-sentinel://user:password@host1:26379,host2:26379/master-name`,
    { where: { step: 'queue.url' }, fix: 'REDIS_URL=redis://localhost:6379' },
  );
}
