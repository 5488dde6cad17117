/** Tells all that is due, as a worker's look does, and waits for the answers. */
import type { Engines } from '../../../src/run/engines';
import { addressAll, beginTelling } from '../../../src/run/told/tell';

/** Makes one look with the clock and the settings of the engines. */
export async function tellDue(engines: Engines): Promise<void> {
  const { signal } = new AbortController();
  await addressAll(engines, signal);
  await Promise.all(await beginTelling(engines, { limit: 100, signal }));
}
