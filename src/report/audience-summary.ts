/** What a report says of the audiences of a run. */
import type { Tally } from './tally';

/** Who of an audience is in the files of a format; `considered` = `people` + the sum of `leftOut`. */
export interface FormatSummary {
  readonly name: string;
  /** Members who were asked about: all but those who are kept apart for a test. */
  readonly considered: number;
  readonly people: number;
  /** By reason: consent that the format's use demands, or nothing that identifies the person to the platform. */
  readonly leftOut: readonly Tally[];
  /** Values of people in the files that were left out, by what is wrong with them. */
  readonly values?: readonly Tally[] | undefined;
}

/** What one format has written of one part of an audience, as its manifest tells it. */
export interface PartFiles {
  readonly format: string;
  /** Of the whole part; people whose rows are the same share one. */
  readonly rows: number;
  /** The platform uses no audience of so few; it needs this many. */
  readonly fewerThan?: number;
  readonly files: readonly {
    readonly name: string;
    readonly change: 'full' | 'add' | 'remove';
    readonly rows: number;
    readonly bytes: number;
  }[];
}

/** Who came and who went since the version that was delivered last. */
export interface ChangeSummary {
  /** The run of that version. */
  readonly run: string;
  readonly gained: number;
  readonly lost: number;
}

/** A part of an audience: one of a split, or all of it under an empty name. */
export interface PartSummary {
  readonly name: string;
  readonly members: number;
  readonly change?: ChangeSummary;
  /** Its people are kept out of all files. */
  readonly isHeldOut?: true;
  /** The job does not make it any more, and the run has taken its people out. */
  readonly isWithdrawn?: true;
  readonly formats: readonly PartFiles[];
}

/** One audience of an audience run: users in the segment, members written, and those left out by reason. */
export interface AudienceSummary {
  readonly name: string;
  readonly query: string;
  readonly segmentUsers: number;
  readonly members: number;
  readonly leftOut: readonly Tally[];
  readonly formats?: readonly FormatSummary[] | undefined;
  /** In the order of the job file; their members add up. */
  readonly parts?: readonly PartSummary[];
  /** Over all parts. */
  readonly change?: ChangeSummary & {
    /** Less than half of the people of both versions are in both. */
    readonly drifts: boolean;
  };
  /** Sizes of the versions up to this one, the oldest first, at most twenty. */
  readonly history?: readonly { readonly slot: string; readonly members: number }[];
  /** The job does not make it any more, and the run has taken its people out. */
  readonly isWithdrawn?: true | undefined;
  /** Why the query has no answer, where it has none. */
  readonly error?: string | undefined;
}

/** An audience, or a part as `drama.b`, that is no longer in the job, and of which somebody still has the people. */
export interface LeftBehindSummary {
  readonly name: string;
  readonly members: number;
  /** Of the version that was delivered last. */
  readonly slot: string;
  /** None where the files stayed on S3. */
  readonly destinations: readonly string[];
}
