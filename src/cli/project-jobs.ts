/** The job files of a project as workers and the API read them. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { JobFiles } from '../run/schedules/job-files';
import { type CliContext, PACKAGE_ROOT, projectDir } from './context';
import { findJobFile, listJobNames, readJob } from './project';

/** Opens a project's jobs; undefined where there are none but the package's examples, unless `--project` names these. */
export function openProjectJobs(context: CliContext): JobFiles | undefined {
  const isExamples = projectDir(context) === PACKAGE_ROOT && context.project === undefined;
  return isExamples ? undefined : projectJobs(context);
}

/** Opens a project's jobs; the package's examples where there are none, as `nightjar run` does. */
export function projectJobs(context: CliContext): JobFiles {
  const project = projectDir(context);
  return {
    names: () => listJobNames(project),
    readText: (name) => {
      const file = findJobFile(project, name);
      return { file, text: readFileSync(path.resolve(project, file), 'utf8') };
    },
    read: (name) => readJob(project, name),
  };
}
