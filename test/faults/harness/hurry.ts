/** Lets minutes pass in a moment: a blocked mail domain is left alone for five minutes and more, and a round has no such time. */
import { createPostgresBackend, createRedisBackend, type PgPool, Queue } from 'bullmq';
import { Pool } from 'pg';
import type { World } from './world';

/** Waits that are shorter than this are lived through. */
const LONG_MS = 15_000;
/** Longer than any block and the time over which a domain is taken up again. */
const AGO = "interval '5 hours'";

/** A lane that has just read the old times goes to sleep by them after all. */
const AGAIN_MS = 2000;

/** Ends long waits whenever it is called and there are some; answers whether there were. */
export function createHurry(world: World): () => Promise<boolean> {
  let promotedAt: number | undefined;
  return async () => {
    const isLong = await endLongWaits(world);
    if (isLong || (promotedAt !== undefined && Date.now() > promotedAt + AGAIN_MS)) {
      await promoteDelayed(world);
      promotedAt = Date.now();
    }
    return isLong;
  };
}

async function endLongWaits(world: World): Promise<boolean> {
  const long = [new Date(Date.now() + LONG_MS)];
  const blocks = 'SELECT FROM nightjar.destination WHERE blocked_until > $1';
  const rows = `SELECT FROM nightjar.delivery WHERE state IN ('planned', 'deferred') AND due_at > $1`;
  const [found] = await world.sql(`SELECT EXISTS (${blocks}) OR EXISTS (${rows}) AS is_long`, long);
  if (found?.is_long !== true) return false;
  await world.sql(
    `UPDATE nightjar.destination SET blocked_at = blocked_at - ${AGO}, blocked_until = blocked_until - ${AGO}`,
  );
  const due = `UPDATE nightjar.delivery SET due_at = due_at - ${AGO} WHERE state IN ('planned', 'deferred') AND due_at > $1`;
  await world.sql(due, [new Date()]);
  return true;
}

/** What the queue would bring when the blocks end, it brings now. */
async function promoteDelayed({ queue }: World): Promise<void> {
  if (queue.kind === 'redis') {
    const opened = new Queue('nightjar', { prefix: 'nightjar', connection: { url: queue.url } }, createRedisBackend);
    await opened.promoteJobs().finally(() => opened.close());
    return;
  }
  const pool = new Pool({ ...queue.connection, options: '-c search_path=bullmq', max: 2 });
  // As src/queue does it: the overloads of @types/pg hide from the compiler that any pool will do.
  const connection = pool as unknown as PgPool;
  const opened = new Queue('nightjar', { prefix: 'nightjar', connection }, createPostgresBackend);
  await opened.promoteJobs().finally(() => opened.close());
  await pool.end();
}
