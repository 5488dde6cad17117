/** Tells from the database alone what a run needs done next, and queues it; the queue may be lost at any time (D3). */
import { findOpenStates } from '../database/ledger/deliveries';
import { countLanes } from '../database/pacing/worker-lanes';
import { findRun, type RunRow } from '../database/runs/runs';
import { findShard, hasOpenShard, listOpenShards } from '../database/runs/shards';
import type { Work } from '../queue/work-queue';
import type { Engines } from './engines';

type WorkEngines = Pick<Engines, 'db' | 'settings'>;

/** The stages that are done in shards, by the state of the run, one after the other, and what comes when all shards are done. */
const SHARDED: Readonly<
  Partial<Record<RunRow['state'], { readonly stages: readonly string[]; readonly after: string }>>
> = {
  collecting: { stages: ['collect', 'measure'], after: 'close-collecting' },
  writing: { stages: ['write', 'deliver'], after: 'report' },
};

/** The stages that are one piece of work. */
const WHOLE: Readonly<Partial<Record<RunRow['state'], string>>> = {
  planned: 'prepare',
  preparing: 'prepare',
  waiting: 'infer',
};

/** Lists the open work of a run, of its shards the first `limit`; empty for a run that is not worked on. */
export async function listOpenWork(
  engines: WorkEngines,
  run: RunRow,
  limit: number = MAX_SHARDS,
): Promise<readonly Work[]> {
  const whole = WHOLE[run.state];
  if (whole !== undefined) return [one(run, whole)];
  const sharded = SHARDED[run.state];
  if (sharded !== undefined) {
    for (const stage of sharded.stages) {
      const open = await listOpenShards(engines.db, run.runId, { stage, limit });
      if (open.length > 0) return open.map((shard) => ({ runId: run.runId, stage, shard }));
    }
    return [one(run, sharded.after)];
  }
  return run.state === 'sending' ? listOpenSending(engines, run) : [];
}

/** More than any run has. */
const MAX_SHARDS = 1_000_000;

function one(run: RunRow, stage: string): Work {
  return { runId: run.runId, stage, shard: 0 };
}

/** As many lanes as the workers that live can serve together; where none has announced itself yet, as many as one serves. */
async function listOpenSending({ db, settings }: WorkEngines, run: RunRow): Promise<readonly Work[]> {
  const open = await findOpenStates(db, run.runId);
  if (!open.due && !open.claimed) return [one(run, open.unknown ? 'settle' : 'report')];
  const lanes = Math.max(settings.worker.sends, await countLanes(db));
  return Array.from({ length: lanes }, (_, shard) => ({ runId: run.runId, stage: 'send', shard }));
}

/** Tells whether a piece of work is open; it costs the same however many others are. */
export async function isOpenWork(engines: WorkEngines, run: RunRow, work: Work): Promise<boolean> {
  const sharded = SHARDED[run.state];
  if (sharded?.stages.includes(work.stage) === true)
    return (await findShard(engines.db, run.runId, work))?.done === false;
  if (sharded?.after === work.stage) return !(await hasOpenShardOf(engines, run, sharded.stages));
  return (await listOpenWork(engines, run, 1)).some(({ stage, shard }) => stage === work.stage && shard === work.shard);
}

async function hasOpenShardOf({ db }: WorkEngines, { runId }: RunRow, stages: readonly string[]): Promise<boolean> {
  for (const stage of stages) if (await hasOpenShard(db, runId, stage)) return true;
  return false;
}

/** Queues everything that a run needs next and that the queue doesn't hold already. */
export async function queueOpenWork(engines: WorkEngines & Pick<Engines, 'queue'>, runId: string): Promise<void> {
  const run = await findRun(engines.db, runId);
  if (run !== undefined) await engines.queue.add(await listOpenWork(engines, run));
}

/**
 * Queues what has become open by a piece of work that is done: the other shards of its stage have been queued with it,
 * so that a run of n shards adds n works and not n².
 * @param before  the run as it was when the work began
 */
export async function queueNextWork(
  engines: WorkEngines & Pick<Engines, 'queue'>,
  before: RunRow,
  work: Work,
): Promise<void> {
  const run = await findRun(engines.db, before.runId);
  if (run === undefined) return;
  const sharded = SHARDED[run.state];
  const isShardOfMany = run.state === before.state && sharded?.stages.includes(work.stage) === true;
  if (isShardOfMany && (await hasOpenShard(engines.db, run.runId, work.stage))) return;
  await engines.queue.add(await listOpenWork(engines, run));
}
