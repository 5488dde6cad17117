/** What a report says of one run: plain data, made by `run/`, printed by the renderers beside this file. */
import type { Money } from '../units';
import type { AudienceSummary, LeftBehindSummary } from './audience-summary';
import type { Tally } from './tally';

export type {
  AudienceSummary,
  ChangeSummary,
  FormatSummary,
  LeftBehindSummary,
  PartFiles,
  PartSummary,
} from './audience-summary';
export type { Tally } from './tally';

/** The eight ledger states of DESIGN.md D5; their sum is the number chosen. */
export interface DeliveryCounts {
  readonly planned: number;
  readonly claimed: number;
  readonly deferred: number;
  readonly unknown: number;
  readonly accepted: number;
  readonly refused: number;
  readonly excluded: number;
  readonly dropped: number;
}

/** A broken line of an output object. */
export interface OutputFinding {
  readonly object: string;
  readonly line: number;
  readonly byteOffset: number;
  readonly reason: string;
}

/** A batch job as the run used it; `reused` means that an equal one had been bought before. */
export interface BatchJobSummary {
  readonly name: string;
  readonly kind: 'inference' | 'segment';
  readonly arn?: string;
  readonly state: string;
  /** Lines of the input: users scored, or queries. */
  readonly lines: number;
  readonly reused: boolean;
  readonly cost: Money;
  /** Sections of the e-mail that its output is for; left out where it is for the e-mail's own items alone. */
  readonly sections?: readonly string[];
  /** Priced as batch jobs that make themes. */
  readonly hasThemes?: true;
}

/** A file or object that the run made. */
export interface Artefact {
  /** `audience`, `members`, `report`, `input`, `bundle`. */
  readonly kind: string;
  readonly name: string;
  readonly uri: string;
  readonly rows?: number;
  readonly bytes: number;
  readonly sha256: string;
}

/** What a query of an audience run has brought, where a person should know of it. */
export interface QuerySummary {
  readonly name: string;
  readonly query: string;
  /** In the answer, each counted once. */
  readonly users: number;
  /** Why there is no answer, or what is lacking of it. */
  readonly error?: string | undefined;
}

/** A guard that had paused the run, and who let it pass. */
export interface ApprovalSummary {
  readonly guard: string;
  readonly figure: string;
  readonly limit: string;
  readonly by: string;
  /** ISO 8601, UTC. */
  readonly at: string;
}

/** The proof that a run sent before its mails: to whom, masked, what became of it, and who let the run go on. */
export interface ProofSummary {
  readonly to: readonly string[];
  readonly mails: number;
  readonly accepted: number;
  readonly refused: number;
  readonly unknown: number;
  /** `hold` where the time was over. */
  readonly by?: string;
  /** ISO 8601, UTC. */
  readonly at?: string;
}

/** What was made of the recommendations; an e-mail that was made twice counts twice. */
export interface ShownFigures {
  /** Places that the fallback filled. */
  readonly fromFallback: number;
  /** Recommended items that were passed over, by reason, the most frequent first. */
  readonly skipped: readonly Tally[];
}

export interface RunSummary {
  readonly version: 1;
  readonly run: string;
  readonly job: string;
  readonly kind: 'email' | 'audience';
  readonly about: string;
  readonly slot: string;
  /** A state of DESIGN.md, `paused(unknown)` with its reason. */
  readonly state: string;
  /** ISO 8601, UTC. */
  readonly startedAt: string;
  readonly finishedAt: string;
  readonly instance: string;
  /** The values of the job's params, in the order of the file; left out where it has none. */
  readonly params?: readonly { readonly name: string; readonly value: string | number | boolean | readonly string[] }[];
  /** How many recipients the run planned at most, where whoever started it said so. */
  readonly limit?: number;
  /** Who asked for the run, where that is known. */
  readonly requestedBy?: string;
  /** E-mail runs: every contact was considered; those left out before the ledger, by reason. */
  readonly contacts?: { readonly considered: number; readonly leftOut: readonly Tally[] };
  /** E-mail runs whose recipients are the members of an audience, and the run that has found them. */
  readonly membersOf?: { readonly name: string; readonly run: string; readonly members: number };
  readonly chosen?: number;
  readonly deliveries?: DeliveryCounts;
  readonly excluded?: readonly Tally[];
  readonly refused?: readonly Tally[];
  readonly dropped?: readonly Tally[];
  /** Those that make no audience of their own, and those of whose answer something is lacking. */
  readonly queries?: readonly QuerySummary[];
  readonly audiences?: readonly AudienceSummary[];
  /** What is no longer in the job, and of which somebody still has the people; left out where there is nothing. */
  readonly leftBehind?: readonly LeftBehindSummary[];
  /** Where the files of the audiences lie, and the destinations that have them. */
  readonly delivery?: { readonly folder: string; readonly destinations: readonly string[] };
  readonly stages: readonly { readonly stage: string; readonly milliseconds: number }[];
  readonly output: {
    readonly objects: number;
    readonly lines: number;
    /** Lines that carry an `error`, by its text. */
    readonly errorLines: readonly Tally[];
    readonly brokenLines: number;
    /** The first twenty. */
    readonly findings: readonly OutputFinding[];
    readonly unknownItems: number;
    /** Recipients who got popular items instead of recommendations. */
    readonly fallback: number;
  };
  /** E-mail runs: where something else was shown than what was recommended first. */
  readonly shown?: ShownFigures;
  readonly batchJobs: readonly BatchJobSummary[];
  /** Over the batch jobs that this run started; unknown where a price is not set. */
  readonly cost: Money;
  /** What the cost was expected to be when the run decided on its batch jobs. */
  readonly estimate?: Money;
  /** Guards that a person has let pass. */
  readonly approvals?: readonly ApprovalSummary[];
  /** E-mail runs that were kept to some addresses: by the job file, in force outside production alone, or by who started it. */
  readonly onlyTo?: readonly {
    readonly by: 'job' | 'run';
    readonly patterns: readonly string[];
    readonly isInForce: boolean;
  }[];
  readonly proof?: ProofSummary;
  /** Rows that were not bought because the contact can't be written to, and what they would have cost. */
  readonly avoided: { readonly rows: number; readonly cost: Money };
  readonly pricesAsOf?: string;
  readonly artefacts: readonly Artefact[];
  /** The next useful command, if there is one. */
  readonly next?: string;
}
