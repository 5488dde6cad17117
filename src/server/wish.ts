/** Reads what a call asks of a run as the stages take it. */
import type { z } from 'zod';
import { isNightjarError, NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import { writeParam } from '../job/param-values';
import { checkOnlyTo } from '../run/recipients/allowed-addresses';
import { checkLimit } from '../run/recipients/limit-recipients';
import type { StartWish } from '../run/start-run';
import type { planBody } from './documents';

/**
 * Writes values of params as a person would, so that both are read alike.
 *
 * @throws E_API_REQUEST where a job of that kind has no such thing
 */
export function readWish(
  job: ParsedJob,
  { params, onlyTo, limit }: z.output<typeof planBody>,
): Pick<StartWish, 'params' | 'onlyTo' | 'limit'> {
  checkMember('body.onlyTo', () => checkOnlyTo(job, onlyTo));
  checkMember('body.limit', () => checkLimit(job, limit));
  const given = Object.entries(params).map(([name, value]) => [name, writeParam(value)]);
  return { params: Object.fromEntries(given), onlyTo, limit };
}

/** What the command line calls a wrong use of it is a wrong request here, and its fix names flags. */
function checkMember(step: string, check: () => void): void {
  try {
    check();
  } catch (cause) {
    if (!isNightjarError(cause) || cause.code !== 'E_USAGE') throw cause;
    throw new NightjarError('E_API_REQUEST', cause.message, { where: { step }, fix: `leave ${step} out`, cause });
  }
}
