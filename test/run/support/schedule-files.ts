/** Job files of a test's own, as a worker's project. */
import type { JobSource } from '../../../src/run/bundle';
import type { JobFiles } from '../../../src/run/schedules/job-files';
import { emailSource } from './world';

/** Job name → the lines that say when it starts; the rest of the file is that of a small e-mail job. */
export type Starts = Readonly<Record<string, string>>;

/** Makes a project; `starts` may be changed later, as files may. */
export function scheduleFiles(starts: Starts): JobFiles {
  const read = (name: string): JobSource => {
    const source = emailSource(name);
    return { ...source, text: `${source.text}${starts[name] ?? ''}\n` };
  };
  return { names: () => Object.keys(starts), readText: read, read };
}
