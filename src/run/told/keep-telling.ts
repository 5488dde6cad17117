/** Tells people as long as a worker lives: a target that is slow holds up no other, and none holds up a run. */
import { settledWithin } from '../../queue/bounded';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';
import { forgetOutage, tellOutage } from '../outages';
import { addressAll, beginTelling } from './tell';

/** Tries under way at a time in one worker. */
const AT_A_TIME = 16;
const LOOK_MS = 5000;
/** For what a run has ended with, in a process that lives for one run. */
const LAST_MS = 2000;
const CUT_MS = 500;

export interface Telling {
  /** Tells what is there once more, waits a few seconds for answers, and cuts off the rest; `force` leaves it to others. */
  close(options?: { readonly force?: boolean }): Promise<void>;
}

/** Looks every `queue.reconcileSeconds`, five seconds at most, and never twice at a time. */
export function keepTelling(engines: Engines): Telling {
  const stop = new AbortController();
  const underWay = new Set<Promise<void>>();
  const subject = 'telling people';
  let looking: Promise<void> | undefined;
  const once = async () => {
    try {
      await addressAll(engines, stop.signal);
      const limit = AT_A_TIME - underWay.size;
      for (const telling of await beginTelling(engines, { limit, signal: stop.signal })) {
        underWay.add(telling);
        void telling.finally(() => underWay.delete(telling));
      }
      forgetOutage(subject);
    } catch (error) {
      tellOutage(engines, { subject, error: explainFailure(error) });
    }
  };
  const look = () => {
    looking ??= once().finally(() => {
      looking = undefined;
    });
    return looking;
  };
  const timer = setInterval(() => void look(), Math.min(engines.settings.queue.reconcileSeconds * 1000, LOOK_MS));
  const finish = async () => {
    await looking;
    await look();
    await Promise.all(underWay);
  };
  return {
    close: async ({ force = false } = {}) => {
      clearInterval(timer);
      if (!force) await settledWithin(finish(), LAST_MS);
      stop.abort();
      await settledWithin(Promise.all(underWay), CUT_MS);
    },
  };
}
