/** Plans a round: everything that will go wrong, and when, derived from the seed alone. */
import type { FaultRuleInput } from '../../../src/local/faults/rule';
import { createRandom, type Random } from '../../../src/sample/random';
import type { Misbehaviour } from '../../support/smtp-recorder';

/** Which engines carry the round: Redis and PostgreSQL, PostgreSQL for both, or the embedded default. */
export const WORLDS = ['redis', 'postgres', 'embedded'] as const;
export type WorldKind = (typeof WORLDS)[number];

/** The jobs of a round; the names of their files. */
export const JOBS = ['letters', 'fans'] as const;
export type JobName = (typeof JOBS)[number];

/** A point of progress, never of the clock, so that faults hit every stage. It is reached also where it was passed. */
export type Moment =
  | { readonly kind: 'state'; readonly job: JobName; readonly state: string }
  | { readonly kind: 'accepted'; readonly count: number };

export type Blow =
  | { readonly kind: 'kill-worker' | 'freeze-worker' | 'stop-worker'; readonly worker: number }
  | {
      readonly kind:
        | 'kill-workers'
        | 'kill-aws'
        | 'kill-postgres'
        | 'kill-redis'
        | 'freeze-redis'
        | 'flush-redis'
        | 'kill-smtp'
        | 'power-cut'
        /** Only where the plan gives the state folder a disk of its own. */
        | 'fill-disk';
    };

export interface PlannedBlow {
  readonly when: Moment;
  /** After the moment was seen. */
  readonly delayMs: number;
  readonly what: Blow;
  /** Until what was struck is started or thawed again. */
  readonly downMs: number;
}

export interface RoundPlan {
  readonly seed: number;
  readonly world: WorldKind;
  /** What the job says about e-mails of which nobody knows. */
  readonly unknown: 'ask' | 'resend' | 'drop';
  readonly ratePerSecond: number;
  readonly connections: number;
  /** Two machines have journals of their own; on one, each worker can read the other's. */
  readonly machines: 1 | 2;
  /** How long a batch job takes at least. */
  readonly jobSeconds: number;
  readonly mailLatencyMs: number;
  /** The command that starts the e-mail job is killed after these times, once each, and given again. */
  readonly startKillsMs: readonly number[];
  /** Two people give the commands at once. */
  readonly twins: boolean;
  /** Size of a disk for the state folder of the embedded world, which root alone can mount; no disk of its own without it. */
  readonly diskMb?: number;
  readonly blows: readonly PlannedBlow[];
  readonly aws: readonly FaultRuleInput[];
  readonly smtp: readonly Misbehaviour[];
}

const EMAIL_STATES = ['planned', 'preparing', 'waiting', 'collecting', 'sending'];
const AUDIENCE_STATES = ['planned', 'preparing', 'waiting', 'collecting', 'writing'];
/** Longer than a lease of the round's workers, so that what a frozen one held is settled by the other. */
const FROZEN_MS = 9500;
const DOWN_MS = 2500;

/** Makes the plan of a seed; `world` is chosen by it too unless given. */
export function planRound(
  seed: number,
  options: { readonly world?: WorldKind | undefined; readonly people: number },
): RoundPlan {
  const random = createRandom(seed, 'round');
  const drawn = random.pick(WORLDS);
  const world = options.world ?? drawn;
  return {
    seed,
    world,
    unknown: random.pick(['ask', 'ask', 'resend', 'drop']),
    ratePerSecond: random.pick([60, 100, 200]),
    connections: random.integer(2, 6),
    machines: random.chance(0.5) ? 1 : 2,
    jobSeconds: random.pick([0, 1, 2]),
    mailLatencyMs: random.pick([0, 5, 20]),
    startKillsMs: random.chance(0.3) ? [random.integer(300, 1500)] : [],
    twins: random.chance(0.3),
    blows: planBlows(createRandom(seed, 'blows'), world, options.people),
    aws: planAwsFaults(createRandom(seed, 'aws')),
    smtp: planMisbehaviours(createRandom(seed, 'smtp'), options.people),
  };
}

/** A plan in which nothing goes wrong: what the others are compared with. */
export function planCalm(world: WorldKind): RoundPlan {
  const quiet = { blows: [], aws: [], smtp: [], unknown: 'ask', machines: 2, startKillsMs: [], twins: false } as const;
  return { seed: 0, world, ratePerSecond: 200, connections: 4, jobSeconds: 0, mailLatencyMs: 0, ...quiet };
}

/** A plan in which the one disk of everything is full at these moments, and otherwise nothing goes wrong. */
export function planFullDisk(moments: readonly Moment[], diskMb: number): RoundPlan {
  const blows = moments.map((when): PlannedBlow => ({ when, delayMs: 0, what: { kind: 'fill-disk' }, downMs: 3000 }));
  return { ...planCalm('embedded'), ratePerSecond: 60, diskMb, blows };
}

/** A plan in which the database dies while a worker is frozen that may hold the port of the local AWS: it comes back on another. */
export function planMovedService(worker: number): RoundPlan {
  const when: Moment = { kind: 'state', job: 'letters', state: 'preparing' };
  const freeze: PlannedBlow = { when, delayMs: 0, what: { kind: 'freeze-worker', worker }, downMs: FROZEN_MS };
  const kill: PlannedBlow = { when, delayMs: 200, what: { kind: 'kill-postgres' }, downMs: 500 };
  return { ...planCalm('embedded'), ratePerSecond: 60, blows: [freeze, kill] };
}

function planBlows(random: Random, world: WorldKind, people: number): readonly PlannedBlow[] {
  return Array.from({ length: random.integer(2, 4) }, () => {
    const what = pickBlow(random, world);
    const downMs = downTime(random, what);
    return { when: pickMoment(random, people), delayMs: random.integer(0, 300), what, downMs };
  });
}

function downTime(random: Random, what: Blow): number {
  const drawn = random.integer(0, DOWN_MS);
  if (what.kind === 'freeze-worker') return FROZEN_MS;
  return what.kind === 'flush-redis' ? 0 : drawn;
}

function pickMoment(random: Random, people: number): Moment {
  if (random.chance(0.45)) return { kind: 'accepted', count: random.integer(1, Math.floor(people * 0.9)) };
  return random.chance(0.6)
    ? { kind: 'state', job: 'letters', state: random.pick(EMAIL_STATES) }
    : { kind: 'state', job: 'fans', state: random.pick(AUDIENCE_STATES) };
}

function pickBlow(random: Random, world: WorldKind): Blow {
  const worker = random.integer(0, 1);
  const redis = world === 'redis' ? (['kill-redis', 'flush-redis', 'flush-redis', 'freeze-redis'] as const) : [];
  const kind = random.pick([
    ...(['kill-worker', 'kill-worker', 'kill-workers', 'freeze-worker', 'kill-aws', 'kill-postgres'] as const),
    ...(['stop-worker'] as const),
    ...(['kill-smtp', 'power-cut'] as const),
    ...redis,
  ]);
  return kind === 'kill-worker' || kind === 'freeze-worker' || kind === 'stop-worker' ? { kind, worker } : { kind };
}

/** Every call that a run makes. */
const AWS_CALLS = [
  ['personalize', 'CreateBatchInferenceJob'],
  ['personalize', 'CreateBatchInferenceJob'],
  ['personalize', 'CreateBatchSegmentJob'],
  ['personalize', 'CreateBatchSegmentJob'],
  ['personalize', 'DescribeBatchInferenceJob'],
  ['personalize', 'DescribeBatchSegmentJob'],
  ['personalize', 'DescribeSolution'],
  ['personalize', 'DescribeSolutionVersion'],
  ['personalize', 'ListSolutionVersions'],
  ['s3', 'PutObject'],
  ['s3', 'GetObject'],
  ['s3', 'HeadObject'],
  ['s3', 'HeadBucket'],
  ['s3', 'ListObjectsV2'],
  ['s3', 'CreateMultipartUpload'],
  ['s3', 'UploadPart'],
  ['s3', 'CompleteMultipartUpload'],
] as const;

function planAwsFaults(random: Random): readonly FaultRuleInput[] {
  return Array.from({ length: random.integer(1, 5) }, (): FaultRuleInput => {
    const [service, operation] = random.pick(AWS_CALLS);
    const where = { operation, skip: random.integer(0, 2), count: random.integer(1, 3) };
    const kind = random.pick([
      'lost-answer',
      'lost-answer',
      'lost-answer',
      'refused-connection',
      'throttle',
      'error',
      'slow',
    ] as const);
    if (kind === 'slow') return { service, kind, ms: random.integer(100, 1500), ...where };
    return { service, kind, ...where };
  });
}

function planMisbehaviours(random: Random, people: number): readonly Misbehaviour[] {
  return Array.from({ length: random.integer(0, 8) }, (): Misbehaviour => {
    const nth = random.integer(1, people);
    const early = random.chance(0.3);
    if (early)
      return {
        at: random.pick(['connect', 'mail', 'rcpt']),
        nth: random.chance(0.5) ? nth : random.integer(1, 8),
        how: pickEarly(random),
      };
    return { at: 'body', nth, how: pickLate(random) };
  });
}

function pickEarly(random: Random): Misbehaviour['how'] {
  return random.pick([
    { kind: 'reply', text: '421 4.3.2 closing' },
    { kind: 'reply', text: '450 4.2.1 busy' },
    { kind: 'drop', afterMs: 0, accepted: false },
    { kind: 'slow', ms: random.integer(50, 1500) },
  ] as const);
}

function pickLate(random: Random): Misbehaviour['how'] {
  const accepted = random.chance(0.5);
  return random.pick([
    { kind: 'drop', afterMs: 0, accepted },
    { kind: 'drop', afterMs: 0, accepted },
    { kind: 'drop', afterMs: random.integer(1000, 6000), accepted },
    // The domain is left alone, the sender slows down, and this recipient waits.
    { kind: 'reply', text: '421 4.3.2 closing' },
    { kind: 'reply', text: '454 Throttling failure: Maximum sending rate exceeded.' },
    { kind: 'reply', text: '450 4.2.1 busy' },
    { kind: 'reply', text: '550 5.1.1 no such user' },
    { kind: 'slow', ms: random.integer(200, 4000) },
  ] as const);
}
