/** Brings spooled unsubscribes into the database as soon as it is back. */
import type { Engines } from '../../run/engines';
import { explainFailure } from '../../run/explain-failure';
import { forgetOutage, tellOutage } from '../../run/outages';
import { drainSpool } from '../../run/suppress/unsubscribe';

const LOOK_MS = 5000;
const SUBJECT = 'storing spooled unsubscribes';

/** Looks at once and every five seconds, never twice at a time; `close` waits for a look that is under way. */
export function keepDraining(engines: Engines): { close(): Promise<void> } {
  let looking: Promise<void> | undefined;
  const once = async () => {
    try {
      await drainSpool(engines);
      forgetOutage(SUBJECT);
    } catch (error) {
      tellOutage(engines, { subject: SUBJECT, error: explainFailure(error) });
    }
  };
  const look = () => {
    looking ??= once().finally(() => {
      looking = undefined;
    });
  };
  look();
  const timer = setInterval(look, LOOK_MS);
  return {
    close: async () => {
      clearInterval(timer);
      await looking;
    },
  };
}
