/** Looks at a Redis before BullMQ does: BullMQ waits for ever where it can't connect, and prints its warnings to the console. */
import { Redis, type RedisOptions } from 'ioredis';
import { isNightjarError, NightjarError } from '../errors';
import { bounded } from './bounded';
import { explainRedis } from './redis-problem';
import type { RedisTarget } from './redis-target';

/** What BullMQ needs, and what both Redis and Valkey have had for years. */
const LEAST_VERSION = [6, 2] as const;
/** From here on a blocking read may wait for as little as a millisecond. */
const SHORT_BLOCK_VERSION = [7, 0, 8] as const;

export interface RedisFacts {
  readonly version: string;
  /** What a person should change there, although the queue works. */
  readonly warning: string | undefined;
  readonly hasShortBlock: boolean;
}

/**
 * Connects, asks what it is, and leaves.
 * @throws E_QUEUE with what is wrong: refused, password, certificate, replica, too old
 */
export async function probeRedis(target: RedisTarget, connectMs: number): Promise<RedisFacts> {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    ...target.options,
    protocol: 2,
    lazyConnect: true,
    connectTimeout: connectMs,
    commandTimeout: connectMs,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
    sentinelRetryStrategy: () => null,
  };
  const client = new Redis(options);
  let told: Error | undefined;
  // `connect` rejects with "Connection is closed"; the event before it says why.
  client.on('error', (error) => {
    told ??= error;
  });
  try {
    await bounded(client.connect(), connectMs, () => new Error(`it did not answer for ${connectMs} ms`));
    const info = await readInfo(client);
    // A database number that does not exist is told by an event alone, and the client goes on in number 0.
    if (told !== undefined) throw told;
    return judge(info, target);
  } catch (error) {
    if (isNightjarError(error)) throw error;
    throw explainRedis(told ?? error, target);
  } finally {
    client.disconnect();
  }
}

/** A user who may not ask gets no warnings. */
async function readInfo(client: Redis): Promise<ReadonlyMap<string, string>> {
  const text = await client.info().catch((error: unknown) => {
    if (error instanceof Error && error.message.includes('NOPERM')) return '';
    throw error;
  });
  return new Map(text.split(/\r?\n/).flatMap((line) => pairOf(line)));
}

function pairOf(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
}

function judge(info: ReadonlyMap<string, string>, target: RedisTarget): RedisFacts {
  const version = info.get('redis_version') ?? LEAST_VERSION.join('.');
  if (!isAtLeast(version, LEAST_VERSION)) {
    throw new NightjarError(
      'E_QUEUE',
      `${target.label} has version ${version}; expected ${LEAST_VERSION.join('.')} or newer`,
      {
        fix: 'upgrade it, or unset REDIS_URL to keep the queue in the database',
      },
    );
  }
  if (info.get('role') === 'slave') {
    throw new NightjarError('E_QUEUE', `${target.label} is a replica, which takes no writes`, {
      fix: 'write the address of its primary, or of its Sentinels, in REDIS_URL',
    });
  }
  return { version, warning: warnOf(info, target), hasShortBlock: isAtLeast(version, SHORT_BLOCK_VERSION) };
}

function warnOf(info: ReadonlyMap<string, string>, target: RedisTarget): string | undefined {
  const policy = info.get('maxmemory_policy');
  if (policy === undefined || policy === 'noeviction') return undefined;
  return `${target.label} has maxmemory-policy ${policy} and may throw away queued work when its memory is full; set it to noeviction: CONFIG SET maxmemory-policy noeviction`;
}

function isAtLeast(version: string, least: readonly number[]): boolean {
  const parts = version.split('.').map(Number);
  const index = least.findIndex((number, at) => (parts[at] ?? 0) !== number);
  return index < 0 || (parts[index] ?? 0) > (least[index] ?? 0);
}
