/** Names the files of a project that nightjar finds by itself. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import { NightjarError } from '../errors';

/** Where the command line stands, and the project that `--project` names. */
export interface ProjectPlace {
  readonly cwd: string;
  readonly project?: string | undefined;
}

/**
 * Finds the folder of the project: that of `--project`, else the working folder.
 *
 * @throws E_USAGE where `--project` names no folder
 */
export function projectRoot({ cwd, project }: ProjectPlace): string {
  if (project === undefined) return cwd;
  const folder = path.resolve(cwd, project);
  if (existsSync(folder)) return folder;
  throw new NightjarError('E_USAGE', `there is no folder "${project}"`, { fix: `nightjar init ${project}` });
}

/** Settings of the project, below those of `--config`. */
export function settingsFile(place: ProjectPlace): string {
  return path.join(projectRoot(place), 'config', 'nightjar.yaml');
}

/** Which column of the team's files is which. */
export function importFile(place: ProjectPlace): string {
  return path.join(projectRoot(place), 'config', 'import.yaml');
}
