/** Lists how long things take on the local AWS by profile, and tells the length of one. */
import { pathOf, seedOf } from '../arns';

/** Names the profiles: as fast as it is computed, some seconds to watch, or the order of the real service. */
export const PROFILES = ['instant', 'demo', 'real'] as const;

export type Profile = (typeof PROFILES)[number];

/** Names what takes time: the making of a resource, by its kind, and the change and end of any. */
type Span = 'resource' | 'filter' | 'import' | 'training' | 'inference' | 'segment' | 'update' | 'deletion';

/** Shortest and longest time in seconds. */
type Range = readonly [shortest: number, longest: number];

/**
 * Sources of `real`: imports about 5 minutes and quick resources under one, as sample notebooks wait for them; training
 * of about 40 minutes on the retail demo's data; inference jobs of 13 to 27 minutes and segment jobs of 7 to 47 minutes,
 * from published runs; filters "may take minutes" (developer guide). Times of updates and deletions are nightjar's choice.
 */
const SECONDS: Readonly<Record<Span, Readonly<Record<Exclude<Profile, 'instant'>, Range>>>> = {
  resource: { demo: [1, 2], real: [15, 60] },
  filter: { demo: [1, 2], real: [60, 180] },
  import: { demo: [3, 5], real: [240, 360] },
  training: { demo: [4, 8], real: [2100, 2700] },
  inference: { demo: [4, 6], real: [900, 1620] },
  segment: { demo: [4, 6], real: [420, 2700] },
  update: { demo: [1, 2], real: [30, 90] },
  deletion: { demo: [1, 2], real: [30, 90] },
};

/** Tells how long things take at least, in ms; the same for the same ARN, so that a run repeats. */
export interface Durations {
  /** The making of a resource. */
  ofMaking(arn: string): number;
  ofUpdate(arn: string): number;
  ofDeletion(arn: string): number;
}

/** Share of a fixed job time that a resource without work takes, and an update or a deletion. */
const QUICK_SHARE = 0.2;

/** Creates the durations of a profile; `jobSeconds` over 0 fixes the time of every job instead. */
export function createDurations(profile: Profile, jobSeconds: number): Durations {
  const length = (span: Span, arn: string): number => {
    if (jobSeconds > 0) return jobSeconds * 1000 * (JOB_SPANS.has(span) ? 1 : QUICK_SHARE);
    if (profile === 'instant') return 0;
    const [shortest, longest] = SECONDS[span][profile];
    return Math.round((shortest + ((longest - shortest) * seedOf(arn)) / 2 ** 32) * 1000);
  };
  return {
    ofMaking: (arn) => length(spanOf(arn), arn),
    ofUpdate: (arn) => length('update', arn),
    ofDeletion: (arn) => length('deletion', arn),
  };
}

const JOB_SPANS: ReadonlySet<Span> = new Set(['import', 'training', 'inference', 'segment']);

const SPANS: Readonly<Record<string, Span>> = {
  filter: 'filter',
  'dataset-import-job': 'import',
  'dataset-export-job': 'import',
  'data-deletion-job': 'import',
  'batch-inference-job': 'inference',
  'batch-segment-job': 'segment',
};

function spanOf(arn: string): Span {
  const [kind = '', , version] = pathOf(arn).split('/');
  return kind === 'solution' && version !== undefined ? 'training' : (SPANS[kind] ?? 'resource');
}
