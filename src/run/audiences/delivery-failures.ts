/** Keeps what destinations have refused until every audience has been tried, and then fails the run by it. */
import { z } from 'zod';
import type { RunRow } from '../../database/runs/runs';
import { listFound } from '../../database/runs/shards';
import { isNightjarError, NightjarError } from '../../errors';
import { isUnreached } from '../../storage/destinations/destination';
import type { Engines } from '../engines';

const codeSchema = z.enum(['E_DESTINATION_AWAY', 'E_DESTINATION_REFUSED']);

const failureSchema = z.object({
  code: codeSchema,
  message: z.string(),
  fix: z.string().optional(),
  destination: z.string().optional(),
  /** What did not come there: an audience, or `audience.part`. */
  files: z.string().optional(),
  /** Whether nobody answered there at all. */
  isUnreached: z.boolean().optional(),
});

/** That a destination lacks the files of an audience, or of a part. */
export type DeliveryFailure = z.infer<typeof failureSchema>;

const resultSchema = z.object({ failures: z.array(failureSchema).optional() });

/** What a shard of the stage deliver found; `failures` is left out where all is delivered. */
export type DeliveryResult = z.infer<typeof resultSchema>;

const FAILED = { stage: 'deliver', name: 'failures' } as const;

/** Tells whether one destination failed: the others are tried all the same. */
export function isDestinationFailure(error: unknown): error is NightjarError {
  return isNightjarError(error) && codeSchema.safeParse(error.code).success;
}

/** Makes of an error of a destination what is kept of it. */
export function describeFailure(error: NightjarError): DeliveryFailure {
  const { code, message, fix } = error;
  return { code: codeSchema.parse(code), message, fix, ...(isUnreached(error) ? { isUnreached: true } : {}) };
}

export function deliveryResult(failures: readonly DeliveryFailure[]): DeliveryResult {
  return failures.length === 0 ? {} : { failures: [...failures] };
}

/**
 * Finds what a destination was waited for in vain with, since the run was let go on the last time; that nobody answered first.
 * @param before  of the audience in hand
 */
export async function findAway(
  { db }: Pick<Engines, 'db'>,
  { runId }: Pick<RunRow, 'runId'>,
  wish: { readonly destination: string; readonly before: readonly DeliveryFailure[] },
): Promise<DeliveryFailure | undefined> {
  const isAway = ({ code, destination }: DeliveryFailure) =>
    code === 'E_DESTINATION_AWAY' && destination === wish.destination;
  const failures = [...wish.before, ...(await listFailures(db, runId))].filter(isAway);
  return failures.find((failure) => failure.isUnreached === true) ?? failures[0];
}

async function listFailures(db: Engines['db'], runId: string): Promise<readonly DeliveryFailure[]> {
  const found = await listFound(db, runId, FAILED);
  return found.flatMap((result) => resultSchema.safeParse(result).data?.failures ?? []);
}

/**
 * Lets a run come to its report only if every audience is where it was to go.
 * @throws E_DESTINATION_AWAY, E_DESTINATION_REFUSED
 */
export async function checkDelivered({ db }: Engines, { runId }: RunRow): Promise<true> {
  const failures = await listFailures(db, runId);
  const [first] = failures;
  if (first === undefined) return true;
  const reasons = [...new Set(failures.map(({ message }) => message))];
  const fixes = [...new Set(failures.flatMap(({ fix }) => fix ?? []))];
  const message = reasons.map((reason) => `${reason}${lacking(failures, reason)}`).join('; ');
  throw new NightjarError(first.code, message, fixes.length === 0 ? {} : { fix: fixes.join('; and ') });
}

const NAMED = 3;

/** Names what a destination lacks for a reason. */
function lacking(failures: readonly DeliveryFailure[], reason: string): string {
  const names = failures.flatMap(({ message, files }) => (message === reason && files !== undefined ? [files] : []));
  if (names.length === 0) return '';
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `, and lacks ${names.slice(0, NAMED).join(', ')}${more}`;
}
