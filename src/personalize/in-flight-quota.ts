/** Tells the quota of jobs in flight from throttling, which Personalize answers under one name. */

/** The name that nightjar gives the answer, so that the SDK does not take it for throttling and try again at once. */
export const IN_FLIGHT_QUOTA = 'InFlightQuotaExceeded';

/**
 * Tells whether an error says that the region has as many jobs in flight as the account may have.
 * AWS words it `More than 5 resources with PENDING or IN_PROGRESS status.`; every other LimitExceededException is about the
 * rate of calls.
 */
export function isInFlightQuota(error: unknown): boolean {
  if (!(error instanceof Error)) return false;
  if (error.name === IN_FLIGHT_QUOTA) return true;
  return error.name === 'LimitExceededException' && /\bPENDING or IN[ _]PROGRESS\b/i.test(error.message);
}
