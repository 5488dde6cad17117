/** The job files of a project as a worker reads them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JobFiles } from '../run/schedules/job-files';
import { type CliContext, PACKAGE_ROOT, projectDir } from './context';
import { findJobFile, listJobNames, readJob } from './project';

/** Opens a project's jobs; undefined where there are none but the package's examples, unless `--project` names these. */
export function openProjectJobs(context: CliContext): JobFiles | undefined {
  const project = projectDir(context);
  if (project === PACKAGE_ROOT && context.project === undefined) return undefined;
  return {
    names: () => listJobNames(project),
    readText: (name) => {
      const file = findJobFile(project, name);
      return { file, text: readFileSync(path.resolve(project, file), 'utf8') };
    },
    read: (name) => readJob(project, name),
  };
}
