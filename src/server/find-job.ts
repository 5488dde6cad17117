/** Finds the job that a call names. */
import { nearestName } from '../config/nearest';
import { NightjarError } from '../errors';
import type { JobSource } from '../run/bundle';
import type { JobFiles } from '../run/schedules/job-files';

/**
 * Reads a job's files. Only a name of the list is taken: whoever calls names jobs, never paths.
 *
 * @throws E_JOB_UNKNOWN
 */
export function findJob(jobs: JobFiles, name: string): JobSource {
  const names = jobs.names();
  if (names.includes(name)) return jobs.read(name);
  const near = nearestName(name, names);
  throw new NightjarError(
    'E_JOB_UNKNOWN',
    `there is no job "${name}"${near === undefined ? '' : `; did you mean "${near}"`}`,
    { fix: 'GET /api/jobs lists the jobs' },
  );
}
