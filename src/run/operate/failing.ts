/** Tells what of a run fails at present and is tried again by itself. */
import { z } from 'zod';
import type { FailedAttempts } from '../../database/runs/attempts';

const failureSchema = z.object({ code: z.string(), message: z.string(), at: z.number() });

/** Says it in one line: the work that failed most often; undefined where nothing fails. */
export function describeFailing(failing: readonly FailedAttempts[]): string | undefined {
  const worst = [...failing].sort((a, b) => b.attempts - a.attempts)[0];
  const failure = failureSchema.safeParse(worst?.failure);
  if (worst === undefined || !failure.success) return undefined;
  const tries = worst.attempts === 1 ? 'once' : `${worst.attempts} times`;
  return `${worst.stage} has failed ${tries} and is tried again: ${failure.data.message} (${failure.data.code})`;
}
