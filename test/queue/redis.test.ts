/** What only Redis has: passwords, TLS, eviction, Sentinels, and the error that says which of them is wrong. */
import { execFile } from 'node:child_process';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as wait } from 'node:timers/promises';
import { promisify } from 'node:util';
import { openQueue, type WorkQueue } from '../../src/queue/work-queue';
import { findFreePort } from '../support/private-process';
import { startRedisSentinel } from '../support/redis-sentinel';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { collect, hold, work } from './support/processors';

const TIMING = { lockMs: 1000, stalledMs: 300 };
const open = (url: string, warnings: string[] = []): Promise<WorkQueue> =>
  openQueue({ kind: 'redis', url }, TIMING, { connectMs: 1500, onWarning: (text) => warnings.push(text) });

/** Opens a queue that must not open, and answers its error. */
async function failure(url: string): Promise<unknown> {
  try {
    const queue = await open(url);
    await queue.close();
    return undefined;
  } catch (error) {
    return error;
  }
}

/** Opens a queue in a process of its own and answers what it printed. */
async function openApart(url: string, env: Readonly<Record<string, string>>): Promise<string> {
  const register = join(__dirname, '../support/register.js');
  const args = ['-r', register, join(__dirname, 'support/open-redis.ts'), url];
  const { stdout } = await promisify(execFile)(process.execPath, args, { env: { PATH: process.env.PATH, ...env } });
  return stdout;
}

describe('one that has', () => {
  let redis: RedisServer;
  afterEach(() => redis.stop());

  it('a password: asks for it, and tells a wrong one', async () => {
    redis = await startRedisServer({ password: 'right', user: 'worker' });
    const at = `127.0.0.1:${redis.port}`;

    expect(await failure(`redis://${at}`)).toMatchObject({
      code: 'E_QUEUE',
      message: `the Redis at ${at} asks for a password`,
      fix: expect.stringContaining('REDIS_URL'),
    });
    expect(await failure(`redis://:wrong@${at}`)).toMatchObject({
      message: `the Redis at ${at} refuses the user or the password`,
    });
    expect(await failure(redis.url)).toBeUndefined();
    expect(await failure(`redis://worker:right@${at}/5`)).toBeUndefined();
  });

  it('databases: keeps to the one that was asked for', async () => {
    redis = await startRedisServer();
    const queue = await open(`${redis.url}/5`);
    await queue.add([work('r.2026-03-02')]);
    await queue.close();
    const look = redis.connect();

    expect(await look.dbsize()).toBe(0);
    await look.select(5);
    expect(await look.dbsize()).toBeGreaterThan(0);
    look.disconnect();
    expect(await failure(`${redis.url}/99`)).toMatchObject({
      message: expect.stringContaining('has no database of that number'),
    });
  });

  it('another policy than noeviction: works, and is warned about once, on no console', async () => {
    const printed = jest.spyOn(console, 'warn').mockImplementation(() => undefined);
    redis = await startRedisServer({ maxmemoryPolicy: 'allkeys-lru' });
    const warnings: string[] = [];
    const queue = await open(redis.url, warnings);
    const { processor, whenTaken } = collect();
    const worker = queue.start(processor, { concurrency: 1, onError: () => undefined });
    await queue.add([work('r.2026-03-02')]);
    await whenTaken(1);
    await worker.close();
    await queue.close();

    expect(warnings).toEqual([
      expect.stringMatching(/maxmemory-policy allkeys-lru.*CONFIG SET maxmemory-policy noeviction/),
    ]);
    expect(printed).not.toHaveBeenCalled();
    printed.mockRestore();
  });

  it('TLS: is trusted by its authority in NODE_EXTRA_CA_CERTS alone', async () => {
    redis = await startRedisServer({ tls: true, password: 'right' });
    const at = `127.0.0.1:${redis.port}`;

    const [trusted, untrusted] = await Promise.all([
      openApart(redis.url, { NODE_EXTRA_CA_CERTS: redis.caFile ?? '' }),
      openApart(redis.url, {}),
    ]);
    expect(trusted).toBe('worked\n');
    expect(untrusted).toBe(`the Redis at ${at} shows a certificate that this machine does not trust\n`);
    expect(await failure(redis.url.replace('rediss:', 'redis:'))).toMatchObject({
      message: `the Redis at ${at} closes the connection`,
      fix: expect.stringContaining('rediss://'),
    });
  });

  it('no TLS: says so to rediss://', async () => {
    redis = await startRedisServer();
    expect(await failure(redis.url.replace('redis:', 'rediss:'))).toMatchObject({
      message: `the Redis at 127.0.0.1:${redis.port} does not answer`,
      fix: expect.stringContaining('redis:// where it has no TLS'),
    });
  });

  it('a primary of its own: a replica is refused', async () => {
    redis = await startRedisServer();
    const primary = await startRedisServer();
    const client = redis.connect();
    await client.replicaof('127.0.0.1', primary.port);
    client.disconnect();

    expect(await failure(redis.url)).toMatchObject({ message: expect.stringContaining('is a replica') });
    await primary.stop();
  });

  it('stopped answering: adding fails within seconds, closing ends, and it is worked on when it answers again', async () => {
    redis = await startRedisServer();
    const queue = await open(redis.url);
    const { processor, whenTaken } = collect();
    const worker = queue.start(processor, { concurrency: 1, onError: () => undefined });
    await queue.add([work('before.2026-03-02')]);
    await whenTaken(1);

    redis.freeze();
    const began = Date.now();
    await expect(queue.add([work('r.2026-03-02')])).rejects.toMatchObject({
      code: 'E_QUEUE',
      message: expect.stringContaining('does not answer'),
    });
    expect(Date.now() - began).toBeLessThan(6000);
    redis.thaw();
    await queue.add([work('r.2026-03-02')]);
    expect(await whenTaken(2)).toEqual([work('before.2026-03-02'), work('r.2026-03-02')]);

    redis.freeze();
    const closing = Date.now();
    await worker.close();
    await queue.close();
    expect(Date.now() - closing).toBeLessThan(9500);
    redis.thaw();
  });

  it('lost everything: work is queued and done again', async () => {
    redis = await startRedisServer();
    const queue = await open(redis.url);
    const first = hold();
    const { processor, whenTaken } = collect();
    let calls = 0;
    const worker = queue.start(
      (one, signal) => {
        calls += 1;
        return (calls === 1 ? first.processor : processor)(one, signal);
      },
      { concurrency: 2, onError: () => undefined },
    );
    await queue.add([work('r.2026-03-02', 0)]);
    await first.begun;
    await queue.add([work('r.2026-03-02', 1)]);
    await whenTaken(1);
    await redis.flush();
    first.release();

    await queue.add([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);

    expect((await whenTaken(3)).slice(1)).toEqual([work('r.2026-03-02', 0), work('r.2026-03-02', 1)]);
    await worker.close();
    await queue.close();
  });
});

describe('an address', () => {
  it('where nothing listens, of no host, or that does not answer is told apart', async () => {
    const port = await findFreePort();
    const silent = createServer(() => undefined);
    await new Promise<void>((resolve) => silent.listen(0, '127.0.0.1', resolve));
    const address = silent.address();
    const silentPort = typeof address === 'object' ? address?.port : undefined;

    expect(await failure(`redis://127.0.0.1:${port}`)).toMatchObject({
      message: `the Redis at 127.0.0.1:${port} refuses the connection: nothing listens there`,
      fix: expect.stringContaining('start Redis there'),
    });
    expect(await failure('redis://no-such-host.invalid')).toMatchObject({
      message: expect.stringContaining('has a host name that is not known'),
    });
    expect(await failure(`redis://127.0.0.1:${silentPort}`)).toMatchObject({
      message: `the Redis at 127.0.0.1:${silentPort} does not answer`,
      fix: expect.stringContaining('firewall'),
    });
    silent.close();
  });
});

describe('Sentinels', () => {
  it('name the master, and after its death the next one', async () => {
    const sentinel = await startRedisSentinel({ redis: 'right', sentinel: 'other' });
    try {
      const queue = await open(sentinel.url);
      const { processor, whenTaken } = collect();
      const worker = queue.start(processor, { concurrency: 1, onError: () => undefined });
      await queue.add([work('before.2026-03-02')]);
      await whenTaken(1);

      await sentinel.master.kill();
      await addWhenBack(queue);

      expect(await whenTaken(2)).toEqual([work('before.2026-03-02'), work('after.2026-03-02')]);
      await worker.close();
      await queue.close();
      await tellsWhatIsWrong(sentinel.port);
    } finally {
      await sentinel.stop();
    }
  }, 60_000);
});

async function addWhenBack(queue: WorkQueue): Promise<void> {
  const deadline = Date.now() + 40_000;
  while (Date.now() < deadline) {
    try {
      await queue.add([work('after.2026-03-02')]);
      return;
    } catch {
      await wait(100);
    }
  }
  throw new Error('no master was found');
}

async function tellsWhatIsWrong(port: number): Promise<void> {
  const at = `the Redis "nights" of the Sentinels 127.0.0.1:${port}`;
  expect(await failure(`redis-sentinel://:right@127.0.0.1:${port}/nights`)).toMatchObject({
    message: `${at} has Sentinels that ask for a password of their own`,
  });
  expect(await failure(`redis-sentinel://:right@127.0.0.1:${port}/others?sentinelPassword=other`)).toMatchObject({
    message: expect.stringContaining('is not known to its Sentinels, or they do not answer'),
  });
  expect(await failure(`redis-sentinel://:wrong@127.0.0.1:${port}/nights?sentinelPassword=other`)).toMatchObject({
    message: `${at} refuses the user or the password`,
  });
}
