/** What routes of the API work with. */
import type { Engines } from '../run/engines';
import type { JobFiles } from '../run/schedules/job-files';

export interface ApiWorld {
  readonly engines: Engines;
  /** The jobs that can be asked for. */
  readonly jobs: JobFiles;
}
