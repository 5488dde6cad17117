/** `/healthz`: the process lives. `/readyz`: its database, queue and bucket answer, each within 2 seconds. */
import { HeadBucketCommand } from '@aws-sdk/client-s3';
import type { FastifyInstance } from 'fastify';
import { sql } from 'kysely';
import { bounded } from '../queue/bounded';
import type { Engines } from '../run/engines';
import { keep } from './keep';

const CHECK_MS = 2000;

type HealthEngines = Pick<Engines, 'db' | 'queue' | 's3' | 'settings' | 'now'>;

/** What one engine has answered: nothing that names a host or a user. */
export interface CheckResult {
  readonly status: 'ok' | 'failed' | 'late';
  readonly ms: number;
}

export interface Readiness {
  readonly ready: boolean;
  readonly checks: Readonly<Record<'database' | 'queue' | 'storage', CheckResult>>;
}

/** Adds both routes; they want no token. */
export function addHealth(app: FastifyInstance, engines: HealthEngines): void {
  const read = keep(() => readReadiness(engines));
  app.get('/healthz', async () => ({ version: 1, status: 'ok' }));
  app.get('/readyz', async (_request, reply) => {
    const readiness = await read();
    return reply.code(readiness.ready ? 200 : 503).send({ version: 1, ...readiness });
  });
}

/** Asks all three at once. */
export async function readReadiness(engines: HealthEngines): Promise<Readiness> {
  const { bucket } = engines.settings.storage;
  const [database, queued, storage] = await Promise.all([
    check(engines, () => sql`SELECT 1`.execute(engines.db)),
    check(engines, () => engines.queue.ping()),
    check(engines, (abortSignal) => engines.s3.send(new HeadBucketCommand({ Bucket: bucket }), { abortSignal })),
  ]);
  const checks = { database, queue: queued, storage };
  return { ready: Object.values(checks).every(({ status }) => status === 'ok'), checks };
}

async function check({ now }: HealthEngines, ask: (signal: AbortSignal) => Promise<unknown>): Promise<CheckResult> {
  const began = now();
  const stop = new AbortController();
  let isLate = false;
  const late = () => {
    isLate = true;
    return new Error('late');
  };
  try {
    await bounded(ask(stop.signal), CHECK_MS, late);
    return { status: 'ok', ms: now() - began };
  } catch {
    return { status: isLate ? 'late' : 'failed', ms: now() - began };
  } finally {
    stop.abort();
  }
}
