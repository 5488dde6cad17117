/** Gives a test a Redis with a replica and a Sentinel that watches them, as a production without single points of failure has. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import {
  findFreePort,
  makeServerFolder,
  type PrivateProcess,
  removeServerFolder,
  startPrivateProcess,
} from './private-process';
import { type RedisServer, startRedisServer } from './redis-server';

export interface RedisSentinel {
  /** `redis-sentinel://:password@127.0.0.1:<port>/<master>?sentinelPassword=…`. */
  readonly url: string;
  readonly port: number;
  readonly master: RedisServer;
  readonly replica: RedisServer;
  stop(): Promise<void>;
}

export const MASTER = 'nights';

/** Starts all three; the Sentinel makes the replica the master a second after the master has died. */
export async function startRedisSentinel(passwords: { redis: string; sentinel: string }): Promise<RedisSentinel> {
  const master = await startRedisServer({ password: passwords.redis });
  const replica = await startRedisServer({ password: passwords.redis });
  await follow(replica, master, passwords.redis);
  const folder = await makeServerFolder('sentinel');
  const port = await findFreePort();
  const sentinel = await startSentinel({ folder, port, masterPort: master.port, passwords });
  return {
    url: `redis-sentinel://:${passwords.redis}@127.0.0.1:${port}/${MASTER}?sentinelPassword=${passwords.sentinel}`,
    port,
    master,
    replica,
    stop: async () => {
      await sentinel.kill();
      await Promise.all([master.stop(), replica.stop(), removeServerFolder(folder)]);
    },
  };
}

async function follow(replica: RedisServer, master: RedisServer, password: string): Promise<void> {
  for (const server of [replica, master]) {
    const client = server.connect();
    await client.config('SET', 'masterauth', password);
    client.disconnect();
  }
  const client = replica.connect();
  await client.replicaof('127.0.0.1', master.port);
  while (!(await client.info('replication')).includes('master_link_status:up')) {
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  client.disconnect();
}

interface SentinelParts {
  readonly folder: string;
  readonly port: number;
  readonly masterPort: number;
  readonly passwords: { readonly redis: string; readonly sentinel: string };
}

async function startSentinel({ folder, port, masterPort, passwords }: SentinelParts): Promise<PrivateProcess> {
  const file = join(folder, 'sentinel.conf');
  const lines = [
    `port ${port}`,
    'bind 127.0.0.1',
    `dir ${folder}`,
    `requirepass ${passwords.sentinel}`,
    `sentinel monitor ${MASTER} 127.0.0.1 ${masterPort} 1`,
    `sentinel auth-pass ${MASTER} ${passwords.redis}`,
    `sentinel down-after-milliseconds ${MASTER} 1000`,
    `sentinel failover-timeout ${MASTER} 3000`,
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  return startPrivateProcess({
    command: 'redis-sentinel',
    args: [file],
    folder,
    stopSignal: 'SIGTERM',
    isReady: () => knowsReplica(port, passwords.sentinel),
  });
}

/** Before it knows the replica it has nobody to turn to. */
async function knowsReplica(port: number, password: string): Promise<void> {
  const client = new Redis({ host: '127.0.0.1', port, password, retryStrategy: () => null, lazyConnect: true });
  client.on('error', () => undefined);
  try {
    await client.connect();
    const replicas = await client.call('SENTINEL', 'REPLICAS', MASTER);
    if (!Array.isArray(replicas) || replicas.length === 0) throw new Error('no replica yet');
  } finally {
    client.disconnect();
  }
}
