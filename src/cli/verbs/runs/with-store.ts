/** Opens what a verb on runs needs, and closes it again. */
import type { Engines } from '../../../run/engines';
import { closeSoon } from '../../closing';
import { type CliContext, type GlobalFlags, openOptions } from '../../context';
import { openStore } from '../../open-store';

/** The database and the settings: what works when everything else is down. */
export type StoreEngines = Pick<Engines, 'db' | 'settings' | 'now'>;

/** Opens the database alone. */
export async function withStore<T>(
  context: CliContext,
  flags: GlobalFlags,
  action: (engines: StoreEngines) => Promise<T>,
): Promise<T> {
  const options = openOptions(context, flags);
  const store = await openStore(options);
  try {
    return await action({ db: store.db, settings: options.settings, now: () => Date.now() });
  } finally {
    await closeSoon({ close: () => store.releases.run() });
  }
}

/** Opens all engines: what lets runs go on needs them. */
export async function withEngines<T>(
  context: CliContext,
  flags: GlobalFlags,
  action: (engines: Engines) => Promise<T>,
): Promise<T> {
  const { openEngines } = await import('../../open-engines.js');
  const engines = await openEngines(openOptions(context, flags));
  try {
    return await action(engines);
  } finally {
    await closeSoon(engines);
  }
}
