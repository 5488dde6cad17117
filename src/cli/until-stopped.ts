/** Waits for the signal that ends a verb which runs until it is told to stop. */
import type { CliContext } from './context';

/** Settles at the first SIGINT or SIGTERM. */
export async function untilStopped({ signal }: Pick<CliContext, 'signal'>): Promise<void> {
  if (signal.aborted) return;
  await new Promise<void>((resolve) => signal.addEventListener('abort', () => resolve(), { once: true }));
}
