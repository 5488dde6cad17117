/** Says how runs that were let go on do so where no worker lives to do their work. */
import { countWorkers } from '../../../database/pacing/worker-lanes';
import { IDLE_STATES } from '../../../database/runs/run-row';
import { findRun } from '../../../database/runs/runs';
import type { Engines } from '../../../run/engines';
import { goOnCommand } from '../../../run/operate/again-command';

/** Lines below an answer; none where a worker lives, or where nothing goes on. */
export async function adviseWorker(
  { db, settings }: Pick<Engines, 'db' | 'settings'>,
  runIds: readonly string[],
): Promise<readonly string[]> {
  const found = await Promise.all(runIds.map((runId) => findRun(db, runId)));
  const open = found.flatMap((run) => (run === undefined || IDLE_STATES.includes(run.state) ? [] : [run]));
  if (open.length === 0 || (await countWorkers(db)).workers > 0) return [];
  // On the embedded default `run` does the work itself.
  const isHere = settings.database.url === 'embedded';
  const commands = isHere ? [...open.map(goOnCommand), 'nightjar up'] : ['nightjar worker'];
  return ['  no worker is running; to go on:', ...commands.map((command) => `    ${command}`)];
}
