/** Measures what a night writes to the ledger beside a long history: planning, slates, claims and answers. */
import { createHash } from 'node:crypto';
import type { Pool } from 'pg';
import type { Database, OpenDatabase } from '../../src/database/connecting/connection';
import { answerDeliveries, claimDeliveries } from '../../src/database/ledger/claims';
import { planDeliveries, type RunOfDeliveries, saveSlates } from '../../src/database/ledger/deliveries';
import { createRun } from '../../src/database/runs/runs';
import type { BenchLine } from '../parse';
import { NOW } from './fill';

/** A job that the statistics have never seen. */
const RUN: RunOfDeliveries = { runId: 'first-night.2026-03-03', job: 'first-night', slot: '2026-03-03' };
const ROWS = 50_000;
const PLAN_ROWS = 5000;
const SLATE_ROWS = 1000;
const CLAIM_ROWS = 64;

/** Plans and sends a run, without any mail. Times and the write-ahead log are of all of it, by row. */
export async function measureNight({ db, pool }: OpenDatabase): Promise<BenchLine> {
  const run = { ...RUN, n: 1, kind: 'email' as const, bundleUri: 's3://nightjar/bundles/x.json', catalogueVersion: 1 };
  await createRun(db, run, NOW);
  const wal = await walPosition(pool);
  const users = Array.from({ length: ROWS }, (_, n) => `u${String(n).padStart(8, '0')}`);
  const planned = await timeOf(() => plan(db, users));
  const slated = await timeOf(() => store(db, users));
  const sent = await timeOf(() => claimAndAnswer(db));
  const logged = (await walPosition(pool)) - wal;
  const perSecond = (seconds: number) => Math.round(ROWS / seconds);
  return {
    subject: `a night of ${ROWS} mails of a new job`,
    figures: {
      'planned rows/s': perSecond(planned),
      'slates rows/s': perSecond(slated),
      'claimed and answered rows/s': perSecond(sent),
      'log bytes a mail': Math.round(logged / ROWS),
    },
  };
}

async function plan(db: Database, users: readonly string[]): Promise<void> {
  for (let from = 0; from < users.length; from += PLAN_ROWS) {
    const rows = users.slice(from, from + PLAN_ROWS).map((userId) => ({
      userId,
      addressHash: createHash('sha256').update(userId).digest('hex'),
      domain: 'people.example',
    }));
    await planDeliveries(db, RUN, { rows, now: NOW });
  }
}

async function store(db: Database, users: readonly string[]): Promise<void> {
  const itemIds = Array.from({ length: 12 }, (_, n) => `coffee-${String(n).padStart(3, '0')}`);
  for (let from = 0; from < users.length; from += SLATE_ROWS) {
    const slates = users.slice(from, from + SLATE_ROWS).map((userId) => ({ userId, itemIds }));
    await saveSlates(db, RUN.runId, slates);
  }
}

async function claimAndAnswer(db: Database): Promise<void> {
  const claim = { token: 'bench', limit: CLAIM_ROWS, now: NOW, leaseMs: 60_000 };
  while (true) {
    const rows = await claimDeliveries(db, RUN.runId, claim);
    if (rows.length === 0) return;
    const answers = rows.map(({ userId }) => ({
      userId,
      state: 'accepted' as const,
      messageId: `<${createHash('md5').update(userId).digest('hex')}@shop.example>`,
      smtpCode: 250,
      enhancedCode: '2.0.0',
      answer: '250 2.0.0 OK queued as 4Xk2qz0000',
    }));
    await answerDeliveries(db, RUN, { token: 'bench', answers, now: NOW });
  }
}

async function timeOf(action: () => Promise<void>): Promise<number> {
  const began = performance.now();
  await action();
  return (performance.now() - began) / 1000;
}

async function walPosition(pool: Pool): Promise<number> {
  const row = await pool.query<{ at: string }>(`SELECT pg_current_wal_insert_lsn() - '0/0'::pg_lsn AS at`);
  return Number(row.rows[0]?.at ?? 0);
}
