/** Closes engines after a verb, also where one of them hangs: the process must end when it is told to. */
import { settledWithin } from '../queue/bounded';

/** With the drain of the worker before it, less than the 30 s after which systemd and Docker kill. */
const CLOSE_MS = 2500;

/** Closes; what is not closed by then ends with the process. */
export async function closeSoon(engines: { close(): Promise<void> }): Promise<void> {
  await settledWithin(engines.close(), CLOSE_MS);
}
