/** Looks at the queue: a Redis by asking it, the queue on PostgreSQL by its tables. */
import { Redis, type RedisOptions } from 'ioredis';
import type { Pool } from 'pg';
import { z } from 'zod';
import { probeRedis } from '../../queue/redis-probe';
import { explainRedis } from '../../queue/redis-problem';
import { parseRedisUrl, type RedisTarget } from '../../queue/redis-target';
import { type Examination, ok, skipped, type Verdict, warning } from './finding';

const CONNECT_MS = 5000;

/** Examines the queue that the URL names; `database` is the pool that it may ride on, undefined where that failed. */
export async function examineQueue(exam: Examination, url: string, database: Pool | undefined): Promise<void> {
  const look = (name: string, verdict: () => Promise<Verdict>) => exam.check('queue', name, verdict);
  if (url === 'embedded' || url === 'database') {
    await look('tables', async () =>
      database === undefined ? skipped('it is in the database') : findTables(database),
    );
    return;
  }
  const seen: { facts?: Readonly<Record<string, string>> } = {};
  const { status } = await look('connect', async () => {
    const target = parseRedisUrl(url);
    const { version } = await probeRedis(target, CONNECT_MS);
    seen.facts = await readInfo(target);
    return ok(`${target.label}, version ${version}${target.tls ? ', with TLS' : ''}`);
  });
  if (status === 'failed') return;
  const facts = seen.facts ?? {};
  await look('memory', async () => judgeMemory(facts));
  await look('persistence', async () => judgePersistence(facts));
}

async function findTables(pool: Pool): Promise<Verdict> {
  const { rows } = await pool.query(`SELECT count(*) AS count FROM pg_tables WHERE schemaname = 'bullmq'`);
  const [{ count }] = z.tuple([z.object({ count: z.number() })]).parse(rows);
  return ok(
    count === 0 ? "in the database; the next command makes BullMQ's tables" : "BullMQ's tables in the database",
  );
}

/** Reads what INFO tells; nothing where the user may not ask. */
async function readInfo(target: RedisTarget): Promise<Readonly<Record<string, string>>> {
  const options: Omit<RedisOptions, 'replyMapping'> = {
    ...target.options,
    lazyConnect: true,
    connectTimeout: CONNECT_MS,
    commandTimeout: CONNECT_MS,
    maxRetriesPerRequest: 0,
    retryStrategy: () => null,
  };
  const client = new Redis(options);
  client.on('error', () => undefined);
  try {
    const text = await client.info().catch((error: unknown) => {
      if (error instanceof Error && error.message.includes('NOPERM')) return '';
      throw explainRedis(error, target);
    });
    return Object.fromEntries(text.split(/\r?\n/).flatMap((line) => pairOf(line)));
  } finally {
    client.disconnect();
  }
}

function pairOf(line: string): [string, string][] {
  const colon = line.indexOf(':');
  return colon < 0 ? [] : [[line.slice(0, colon), line.slice(colon + 1)]];
}

function judgeMemory(facts: Readonly<Record<string, string>>): Verdict {
  const policy = facts.maxmemory_policy;
  if (policy === undefined) return skipped('this user may not ask: ACL SETUSER NAME +info');
  const used = `${facts.used_memory_human ?? '?'} of ${facts.maxmemory === '0' ? 'no limit' : (facts.maxmemory_human ?? '?')}`;
  if (policy === 'noeviction') return ok(`${used}, maxmemory-policy noeviction`);
  return warning(
    `${used}, maxmemory-policy ${policy} throws queued work away when memory is full`,
    'redis-cli CONFIG SET maxmemory-policy noeviction, and in redis.conf: maxmemory-policy noeviction',
  );
}

/** A lost queue is filled again from the database, so that this decides about minutes, not about mails. */
function judgePersistence(facts: Readonly<Record<string, string>>): Verdict {
  if (facts.aof_enabled === undefined) return skipped('this user may not ask: ACL SETUSER NAME +info');
  if (facts.aof_enabled === '1') {
    const isWell = facts.aof_last_write_status !== 'err';
    return isWell
      ? ok('append-only file')
      : warning('the append-only file can not be written', 'free disk space there');
  }
  return ok('no append-only file: a restart of it loses the queue, and nightjar fills it again from the database');
}
