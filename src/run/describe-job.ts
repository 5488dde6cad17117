/** Describes a job as JSON documents tell it: the same for the command line and the API. */
import type { Schedule } from '../job/base-job';
import type { ParamRule } from '../job/params';
import { nextFire, slotAt } from '../job/schedule';
import { writeDuration } from '../units';
import { type JobSource, openBundle } from './bundle';
import type { Engines } from './engines';

export interface JobDescription {
  readonly name: string;
  /** `wrong` where its file or its template is. */
  readonly kind: 'email' | 'audience' | 'wrong';
  readonly about: string;
  /** `grace` is a duration such as `6h`. */
  readonly schedule?: Omit<Schedule, 'grace'> & { readonly grace: string };
  readonly after?: string;
  /** What a run can be given, in the order of the file; left out where that is nothing. */
  readonly params?: readonly ParamRule[];
  /** When workers start it next, ISO 8601, UTC; not while it is paused. */
  readonly next?: string;
  /** The slot that they start then. */
  readonly nextSlot?: string;
  /** ISO 8601, UTC. */
  readonly pausedAt?: string;
}

export interface DescribedJob {
  readonly name: string;
  /** Reads the job's files; may throw. */
  readonly read: () => JobSource;
  /** Epoch ms; undefined where it is not paused. */
  readonly pausedAt: number | undefined;
}

/** Describes a job; one that is wrong says what tells more. */
export async function describeJob(
  engines: Pick<Engines, 'settings' | 'now'>,
  described: DescribedJob,
): Promise<JobDescription> {
  const { name, read, pausedAt } = described;
  const pause = pausedAt === undefined ? {} : { pausedAt: new Date(pausedAt).toISOString() };
  try {
    const { job } = await openBundle(engines, read());
    const { kind, about, schedule, after, paramRules } = job;
    return {
      ...{ name, kind, about },
      ...(schedule === undefined ? {} : { schedule: { ...schedule, grace: writeDuration(schedule.grace) } }),
      ...(after === undefined ? {} : { after }),
      ...(paramRules === undefined ? {} : { params: paramRules }),
      ...(schedule === undefined || pausedAt !== undefined ? {} : describeNext(schedule, engines.now())),
      ...pause,
    };
  } catch {
    return { name, kind: 'wrong', about: `nightjar jobs check ${name}`, ...pause };
  }
}

function describeNext(schedule: Schedule, now: number): Pick<JobDescription, 'next' | 'nextSlot'> {
  const at = nextFire(schedule, now);
  return at === undefined ? {} : { next: new Date(at).toISOString(), nextSlot: slotAt(schedule, at) };
}
