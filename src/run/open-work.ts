/** Tells from the database alone what a run needs done next; the queue may be lost at any time (D3). */
import { findOpenStates } from '../database/deliveries';
import type { RunRow } from '../database/runs';
import { listShards } from '../database/shards';
import type { Work } from '../queue/work-queue';
import type { Engines } from './engines';

/** Lists the open work of a run; empty for one that is not worked on. */
export async function listOpenWork(engines: Pick<Engines, 'db' | 'settings'>, run: RunRow): Promise<readonly Work[]> {
  const one = (stage: string): readonly Work[] => [{ runId: run.runId, stage, shard: 0 }];
  switch (run.state) {
    case 'planned':
    case 'preparing':
      return one('prepare');
    case 'waiting':
      return one('infer');
    case 'collecting':
      return openShards(engines, run, { stage: 'collect', after: 'close-collecting' });
    case 'writing':
      return openShards(engines, run, { stage: 'write', after: 'report' });
    case 'sending':
      return openSending(engines, run);
    default:
      return [];
  }
}

async function openShards(
  engines: Pick<Engines, 'db'>,
  run: RunRow,
  stages: { stage: string; after: string },
): Promise<readonly Work[]> {
  const open = (await listShards(engines.db, run.runId, stages.stage)).filter((row) => !row.done);
  if (open.length === 0) return [{ runId: run.runId, stage: stages.after, shard: 0 }];
  return open.map((row) => ({ runId: run.runId, stage: stages.stage, shard: row.shard }));
}

async function openSending(engines: Pick<Engines, 'db' | 'settings'>, run: RunRow): Promise<readonly Work[]> {
  const open = await findOpenStates(engines.db, run.runId);
  if (!open.due && !open.claimed) return [{ runId: run.runId, stage: open.unknown ? 'settle' : 'report', shard: 0 }];
  return Array.from({ length: engines.settings.worker.sends }, (_, shard) => ({
    runId: run.runId,
    stage: 'send',
    shard,
  }));
}
