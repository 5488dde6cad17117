/** The URLs of a Redis, read. */
import fc from 'fast-check';
import { settingsSchema } from '../../src/config/settings';
import { parseRedisUrl } from '../../src/queue/redis-target';

it.each([
  ['redis://cache', { host: 'cache', port: 6379, db: 0 }],
  ['redis://cache:6380/3', { host: 'cache', port: 6380, db: 3 }],
  ['redis://cache?db=4', { host: 'cache', port: 6379, db: 4 }],
  ['redis://:p%40ss@cache', { host: 'cache', port: 6379, db: 0, password: 'p@ss' }],
  ['redis://worker:pass@[::1]:7000', { host: '::1', port: 7000, db: 0, username: 'worker', password: 'pass' }],
  ['rediss://cache', { host: 'cache', port: 6379, db: 0, tls: {} }],
  [
    'redis-sentinel://worker:pass@one,two:26380/main?db=2&sentinelPassword=s%2F',
    {
      sentinels: [
        { host: 'one', port: 26379 },
        { host: 'two', port: 26380 },
      ],
      name: 'main',
      db: 2,
      username: 'worker',
      password: 'pass',
      sentinelPassword: 's/',
    },
  ],
  [
    'rediss-sentinel://one/main',
    {
      sentinels: [{ host: 'one', port: 26379 }],
      name: 'main',
      db: 0,
      tls: {},
      sentinelTLS: {},
      enableTLSForSentinelMode: true,
    },
  ],
])('%s', (url, options) => {
  expect(parseRedisUrl(url).options).toEqual(options);
  expect(settingsSchema.shape.queue.shape.url.safeParse(url).success).toBe(true);
});

it.each([
  ['http://cache', 'is not a URL of that form'],
  ['redis://', 'is not a URL of that form'],
  ['redis://cache:70000', 'a host or its port is wrong'],
  ['redis://one,two', 'several hosts'],
  ['redis://cache/zero', 'database is not a number'],
  ['redis://:pa/ss@cache', 'have to be percent-encoded'],
  ['redis://:pa@ss@cache', 'have to be percent-encoded'],
  ['redis://:50%@cache', 'write %25'],
  ['redis://cache?family=6', '"family" is none of'],
  ['redis-sentinel://one,two', 'name of the master is missing'],
])('%s is refused and says why', (url, why) => {
  expect(() => parseRedisUrl(url)).toThrow(
    expect.objectContaining({ code: 'E_CONFIG_FIELD', message: expect.stringContaining(why) }),
  );
});

it('gets any user and password back, and tells neither', () => {
  fc.assert(
    fc.property(
      fc.string({ minLength: 1, unit: 'grapheme' }),
      fc.string({ minLength: 1, unit: 'grapheme' }),
      (user, password) => {
        const target = parseRedisUrl(`redis://${encodeURIComponent(user)}:${encodeURIComponent(password)}@cache`);
        expect(target.options).toMatchObject({ username: user, password, host: 'cache' });
        expect(target.label).toBe('the Redis at cache:6379');
      },
    ),
  );
});
