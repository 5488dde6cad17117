/** Keeps `--state DIR` and `--states LIST` apart: a state for a folder would open an empty place of that name. */
import { NightjarError } from '../../../errors';
import type { GlobalFlags } from '../../context';

/**
 * Checks that the folder is none of the states' names.
 * @throws E_USAGE
 */
export function checkNoStateNames({ state }: GlobalFlags, names: readonly string[]): void {
  if (state === undefined || !state.split(',').every((part) => names.includes(part.trim()))) return;
  throw new NightjarError('E_USAGE', `--state is the state folder, and "${state}" is none`, {
    fix: `write --states ${state}`,
  });
}
