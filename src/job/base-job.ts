/** The types of what every job has: conditions, schedule, guards, filters. */
import type { Milliseconds, Money, Share } from '../units';
import type { NotifyRules } from './notify';
import type { ParamRule, ParamValues } from './params';

export type Scalar = string | number | boolean;

/** A condition on one attribute; all members that are present must hold. Times are ISO 8601 texts. */
export interface Condition {
  readonly min?: number;
  readonly max?: number;
  readonly before?: string;
  readonly after?: string;
  readonly exists?: boolean;
  readonly not?: Scalar | readonly Scalar[];
}

/** Attribute name → value, list of values (any of them), or condition; all attributes must hold. `consent: true` is consent for the job's topic. */
export type Where = Readonly<Record<string, Scalar | readonly Scalar[] | Condition>>;

/** What becomes of slots that no worker was there for. */
export type MissedPolicy = 'run-latest' | 'run-all' | 'skip';

/** When workers start a job. */
export interface Schedule {
  readonly cron: string;
  /** IANA name. */
  readonly timezone: string;
  readonly missed: MissedPolicy;
  /** How late a slot may start; with `skip` a few minutes. */
  readonly grace: Milliseconds;
}

/** Limits at which a run pauses for a person; each that is there is checked, the first four before anything is bought. */
export interface GuardRules {
  readonly cost?: Money & { readonly amount: number };
  /** Of a slot; `change` is against the last finished slot, from 0, 1 is as many again. */
  readonly recipients?: { readonly min?: number; readonly max?: number; readonly change?: number };
  readonly templateErrors?: Share;
  /** Of the solution version, since its creation. */
  readonly modelAge?: Milliseconds;
  /** Audience jobs: INCREMENTAL imports since the last FULL one of a dataset, and before the model was trained. */
  readonly incrementalImports?: number;
  readonly lineErrors?: Share;
  /** Audience jobs: of each audience; `change` is against the last finished slot, from 0, 1 is as many again. */
  readonly members?: {
    readonly min?: number;
    readonly max?: number;
    readonly change?: number;
    /** Against the last delivered version. */
    readonly shrink?: Share;
  };
  readonly itemShare?: Share;
  readonly fallbackShare?: Share;
  /** Of the e-mails that are made: those with too few items left to show. */
  readonly excludedShare?: Share;
}

export interface JobBase {
  /** `[a-z0-9][a-z0-9-]{0,39}`, the file's name without `.yaml`. */
  readonly name: string;
  /** Path of the file as it was given, for messages. */
  readonly file: string;
  /** What stands in the file, by which messages find the line of a field. */
  readonly text: string;
  readonly about: string;
  readonly schedule?: Schedule;
  /** The job that this one follows, slot by slot; never beside a schedule. */
  readonly after?: string;
  /** How long deliveries, inputs and outputs of a run are kept after it has ended; for ever where left out. */
  readonly keep?: Milliseconds;
  readonly guard?: GuardRules;
  readonly notify?: NotifyRules;
  /** What a run can be given, in the order of the file; left out where that is nothing. */
  readonly paramRules?: readonly ParamRule[];
  /** The values that the job was read with, of every param. */
  readonly params?: ParamValues;
}

/** A value that a job file writes out. */
export type FilterConstant = string | number;

/** What a placeholder of a filter gets. `otherwise` is for contacts who lack the attribute; without it they are left out. */
export type PlaceholderValue =
  | { readonly by: 'constants'; readonly constants: readonly FilterConstant[] }
  | { readonly by: 'attribute'; readonly attribute: string; readonly otherwise?: readonly FilterConstant[] };

/** The filter of a batch job: its name or ARN, and placeholder without `$` → value. */
export interface FilterWish {
  readonly named: string;
  readonly values: Readonly<Record<string, PlaceholderValue>>;
}
