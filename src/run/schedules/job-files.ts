/** The job files of a worker's project: read anew at each look, parsed when they have changed. */
import { NightjarError } from '../../errors';
import { checkChains } from '../../job/chains';
import type { ParsedJob } from '../../job/definition';
import { nameJob, parseJob } from '../../job/parse';
import { placeOf } from '../../job/place';
import { type JobSource, namesOf } from '../bundle';
import type { Engines } from '../engines';
import { explainFailure } from '../explain-failure';

/** Where a worker finds its jobs; reading files belongs to `cli/`. */
export interface JobFiles {
  /** Lists the names of all jobs. */
  names(): readonly string[];
  /** Reads a job's own file. @throws E_JOB_UNKNOWN */
  readText(name: string): Pick<JobSource, 'file' | 'text'>;
  /** Reads a job with its template. @throws E_JOB_UNKNOWN */
  read(name: string): JobSource;
}

export interface WrongJob {
  readonly name: string;
  readonly error: NightjarError;
}

export interface ReadJobs {
  readonly jobs: readonly ParsedJob[];
  readonly wrong: readonly WrongJob[];
}

type Parsed = { readonly text: string } & (
  | { readonly job: ParsedJob }
  | { readonly job: undefined; readonly error: NightjarError }
);

/** Makes the reader of a project's jobs: one that is wrong does not stop the others. */
export function createJobReader(engines: Pick<Engines, 'settings'>, files: JobFiles): () => ReadJobs {
  const known = new Map<string, Parsed>();
  const read = (name: string): Parsed => {
    const before = known.get(name);
    const parsed = readOne(engines, { files, name, before });
    known.set(name, parsed);
    return parsed;
  };
  return () => {
    const names = files.names();
    const all = names.map((name) => ({ name, ...read(name) }));
    const jobs = all.flatMap(({ job }) => (job === undefined ? [] : [job]));
    const wrong = all.flatMap((one) => (one.job === undefined ? [{ name: one.name, error: one.error }] : []));
    const chains = checkChains(jobs, names).map(({ job, message, fix }) => {
      const follower = jobs.find((one) => one.name === job);
      const where = follower === undefined ? {} : { where: placeOf(follower, ['after']) };
      return { name: job, error: new NightjarError('E_JOB_FIELD', message, { ...where, fix }) };
    });
    const lost = new Set(chains.map(({ name }) => name));
    return { jobs: jobs.filter(({ name }) => !lost.has(name)), wrong: [...wrong, ...chains] };
  };
}

interface Reading {
  readonly files: JobFiles;
  readonly name: string;
  readonly before: Parsed | undefined;
}

function readOne({ settings }: Pick<Engines, 'settings'>, { files, name, before }: Reading): Parsed {
  let text = '';
  try {
    const source = files.readText(name);
    text = source.text;
    if (before?.text === text) return before;
    nameJob(source.file);
    return { text, job: parseJob({ ...source, ...namesOf(settings) }) };
  } catch (error) {
    return { text, job: undefined, error: explainFailure(error) };
  }
}
