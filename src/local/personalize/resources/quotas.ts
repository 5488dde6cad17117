/**
 * Lists the quotas of Amazon Personalize that the local AWS holds.
 * Source of the numbers: developer guide, "Amazon Personalize endpoints and quotas".
 */
import { MAX_JOBS_IN_FLIGHT } from '../../../personalize/limits';
import { AwsFault } from '../../http/fault';

/** Holds AWS's number by the name that a setting uses; those marked are adjustable on AWS as well. */
export const QUOTAS = {
  /** In a region. */
  schemas: 500,
  /** In a region; adjustable. */
  'dataset-groups': 5,
  /** In a dataset group; adjustable. */
  solutions: 10,
  /** In a dataset group; adjustable. */
  filters: 30,
  /** Pending or in progress in a region. */
  'imports-in-flight': MAX_JOBS_IN_FLIGHT,
  /** Pending or in progress in a region; adjustable. */
  'trainings-in-flight': 20,
  /** Pending or in progress in a region; adjustable. */
  'inference-jobs-in-flight': MAX_JOBS_IN_FLIGHT,
  /** Pending or in progress in a region. */
  'segment-jobs-in-flight': MAX_JOBS_IN_FLIGHT,
} as const;

export type QuotaName = keyof typeof QUOTAS;

/** Holds the quotas of one local AWS. */
export type Quotas = Readonly<Record<QuotaName, number>>;

/** Tells whether a text is the name of a quota. */
export function isQuotaName(name: string): name is QuotaName {
  return Object.hasOwn(QUOTAS, name);
}

/**
 * Checks that one more resource fits beside those that there are.
 *
 * @param what the resources in words, such as "schemas"
 * @throws AwsFault LimitExceededException
 */
export function checkCount(count: number, quota: number, what: string): void {
  if (count < quota) return;
  throw new AwsFault('LimitExceededException', `You have reached the limit of ${quota} ${what}.`);
}
