/** Writes the files of a new project; a file that is there is never touched. */
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { PACKAGE_ROOT } from '../context';

export interface ProjectWriter {
  readonly root: string;
  /** Files made, relative to the project, in their order. */
  readonly written: readonly string[];
  /** Files that were there and stay as they are. */
  readonly kept: readonly string[];
  /** Writes a file unless there is one of that name. */
  write(file: string, text: string): void;
}

/** Starts a project in a folder, which is made where it is missing. */
export function openProject(root: string): ProjectWriter {
  const written: string[] = [];
  const kept: string[] = [];
  mkdirSync(root, { recursive: true });
  return {
    root,
    written,
    kept,
    write(file, text) {
      const place = path.join(root, file);
      if (existsSync(place)) {
        kept.push(file);
        return;
      }
      mkdirSync(path.dirname(place), { recursive: true });
      writeFileSync(place, text, { flag: 'wx' });
      written.push(file);
    },
  };
}

/** Writes what every project begins with: the templates and the e-mail job that come with nightjar. */
export function writeBeginning(project: ProjectWriter): void {
  const folder = path.join(PACKAGE_ROOT, 'templates');
  const templates = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  for (const file of templates.map((entry) => path.join(entry.parentPath, entry.name)).sort()) {
    project.write(path.join('templates', path.relative(folder, file)), readFileSync(file, 'utf8'));
  }
  project.write('jobs/nightly-picks.yaml', readFileSync(path.join(PACKAGE_ROOT, 'jobs', 'nightly-picks.yaml'), 'utf8'));
  project.write('.gitignore', '.nightjar/\n');
}

const HEADERS: Readonly<Record<string, string>> = {
  contacts: 'user_id,email,first_name,last_name,locale,country,time_zone,consent,consent_at,consent_source',
  items: 'item_id,title,url,image,price,currency,categories,stock,created_at,description',
  interactions: 'user_id,item_id,timestamp,event_type,event_value',
};

/** Writes files that hold the header alone, to be filled by whatever exports the team's data. */
export function writeHeaders(project: ProjectWriter): void {
  for (const [kind, header] of Object.entries(HEADERS)) project.write(`data/${kind}.csv`, `${header}\n`);
}
