/** Keeps what destinations have refused until every audience has been tried, and then fails the run by it. */
import { z } from 'zod';
import type { RunRow } from '../../database/runs/runs';
import { listShards } from '../../database/runs/shards';
import { combineErrors, isNightjarError, NightjarError } from '../../errors';
import type { Engines } from '../engines';

const CODES = ['E_DESTINATION_AWAY', 'E_DESTINATION_REFUSED'] as const;
const codeSchema = z.enum(CODES);

const resultSchema = z.object({
  failures: z.array(z.object({ code: codeSchema, message: z.string(), fix: z.string().optional() })).optional(),
});

/** What a shard of the stage deliver found; `failures` is left out where all is delivered. */
export type DeliveryResult = z.infer<typeof resultSchema>;

/** Tells whether one destination failed: the others are tried all the same. */
export function isDestinationFailure(error: unknown): error is NightjarError {
  return isNightjarError(error) && codeSchema.safeParse(error.code).success;
}

export function deliveryResult(errors: readonly NightjarError[]): DeliveryResult {
  if (errors.length === 0) return {};
  return { failures: errors.map(({ code, message, fix }) => ({ code: codeSchema.parse(code), message, fix })) };
}

/**
 * Lets a run come to its report only if every audience is where it was to go.
 * @throws E_DESTINATION_AWAY, E_DESTINATION_REFUSED
 */
export async function checkDelivered({ db }: Engines, { runId }: RunRow): Promise<true> {
  const shards = await listShards(db, runId, 'deliver');
  const failures = shards.flatMap(({ result }) => resultSchema.safeParse(result).data?.failures ?? []);
  const error = combineErrors(
    failures.map(({ code, message, fix }) => new NightjarError(code, message, fix === undefined ? {} : { fix })),
  );
  if (error !== undefined) throw error;
  return true;
}
