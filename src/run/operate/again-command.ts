/** Writes the command that starts a run's slot once more, with the run's own params, limit and addresses. */
import type { RunRow } from '../../database/runs/runs';
import { writeParam } from '../../job/param-values';
import { writeRunCommand } from '../../job/run-command';

type Ran = Pick<RunRow, 'job' | 'slot' | 'params' | 'limit' | 'onlyTo'>;

/** Writes the command that goes on with the run. */
export function goOnCommand({ job, slot, limit, onlyTo, params = {} }: Ran): string {
  return writeRunCommand({ job, slot, limit, onlyTo, params: listParams(params) });
}

/** Writes the command that makes another run of the slot, of the same content. */
export function againCommand({ job, slot, limit, onlyTo, params = {} }: Ran): string {
  return writeRunCommand({ job, slot, again: true, limit, onlyTo, params: listParams(params) });
}

function listParams(params: NonNullable<Ran['params']>): (readonly [string, string])[] {
  return Object.entries(params).map(([name, value]) => [name, writeParam(value)] as const);
}
