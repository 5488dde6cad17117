/** What a run would do, as a value that can be printed without doing it (D6). */
import { NightjarError } from '../errors';
import type { Money } from '../units';
import type { ProofRules } from './email-job';
import type { ParamValues } from './params';

/** How many contacts were left out for a reason. */
export interface LeftOut {
  readonly name: string;
  readonly count: number;
}

/** The batch job that a run would start, or several of one kind where the input passes a limit. */
export interface PlannedBatchJob {
  readonly kind: 'inference' | 'segment';
  /** Name or ARN of the solution version. */
  readonly solutionVersion: string;
  /** Known once the input is, of the first part where there are several; absent where the plan did not write it out. */
  readonly name?: string;
  /** Lines of the input: users to score, or queries. */
  readonly lines: number;
  /** Where the lines are not users but the things that recipients have bought last. */
  readonly of?: 'items';
  /** Set where themes are written. */
  readonly hasThemes?: true;
  /** How many batch jobs the lines are split over. */
  readonly parts: number;
  /** True where an equal one was bought before and its output is there. */
  readonly reused: boolean;
}

/** A batch job for sections of the e-mail. */
export interface PlannedSectionJob extends PlannedBatchJob {
  readonly sections: readonly string[];
}

/** The filter of a batch job, and what its placeholders get, in words. */
export interface PlannedFilter {
  readonly arn: string;
  readonly values: readonly { readonly name: string; readonly value: string }[];
}

/** What a guard would say; `later` is one that is checked when Personalize has answered. */
export interface PlannedGuard {
  readonly guard: string;
  readonly limit: string;
  readonly figure?: string;
  readonly outcome: 'passes' | 'trips' | 'later';
}

/** To whom a run is kept: by the job file, or by whoever starts the run. */
export interface Restriction {
  readonly by: 'job' | 'run';
  readonly patterns: readonly string[];
  /** False for the job's own in production. */
  readonly isInForce: boolean;
}

interface PlanBase {
  readonly version: 1;
  readonly job: string;
  readonly about: string;
  readonly slot: string;
  readonly batchJob: PlannedBatchJob;
  readonly filter?: PlannedFilter;
  /** What the batch jobs would cost; nothing where they are reused. */
  readonly cost: Money;
  /** Date of the prices, `YYYY-MM-DD`. */
  readonly pricesAsOf?: string;
  /** Left out where neither job nor settings have any. */
  readonly guards?: readonly PlannedGuard[];
  /** Left out where the job has none. */
  readonly params?: ParamValues;
  /** What a person should know before it is run; left out where that is nothing. */
  readonly notes?: readonly string[];
}

/** The audience whose members the recipients are. */
export interface PlannedAudience {
  /** As the job file has it, `job/name`. */
  readonly name: string;
  /** The run that has found the members. */
  readonly run: string;
  readonly members: number;
  /** ISO 8601, UTC: when that run was finished. */
  readonly finishedAt: string;
  readonly ageMs: number;
}

/** The plan of an e-mail run. `considered` = `recipients` + the sum of `leftOut`. */
export interface EmailPlan extends PlanBase {
  readonly kind: 'email';
  readonly considered: number;
  readonly recipients: number;
  /** Left out where the recipients are all contacts. */
  readonly audience?: PlannedAudience;
  /** How many recipients were asked for at most. */
  readonly limit?: number;
  /** By reason, the largest first. */
  readonly leftOut: readonly LeftOut[];
  /** Rows that are not bought because the contact can't be written to, and what they would have cost. */
  readonly avoided: { readonly rows: number; readonly cost: Money };
  /** Left out where nothing restricts who gets a mail. */
  readonly onlyTo?: readonly Restriction[];
  /** Up to three of the recipients, masked; the same ones each time. */
  readonly examples?: readonly string[];
  /** Who would get the e-mails of sample people first, masked. */
  readonly proof?: ProofRules;
  /** Sections that share `batchJob`; left out where none does. */
  readonly sharedBy?: readonly string[];
  /** The batch jobs of the other sections; left out where there are none. */
  readonly sectionJobs?: readonly PlannedSectionJob[];
  /** What a person should know before it is run. */
  readonly warning?: string;
}

/** A set that expressions name, as job files write it, and what it is now. */
export interface PlannedSet {
  readonly name: string;
  readonly about: string;
  readonly users: number;
  /** What a person should know of it. */
  readonly note?: string;
}

/** The plan of an audience run. Who is left out is known only when Personalize has answered. */
export interface AudiencePlan extends PlanBase {
  readonly kind: 'audience';
  /** `note` is what a person should know of a query before it is bought. */
  readonly queries: readonly { readonly name: string; readonly query: string; readonly note?: string }[];
  /** How many questions the queries are, equal ones counted as often as they stand there. */
  readonly asks: number;
  /** Left out where each query makes an audience. */
  readonly audiences?: readonly { readonly name: string; readonly expression: string }[];
  /** What expressions take from elsewhere, and what that is now. */
  readonly sets?: readonly PlannedSet[];
  /** Shares are texts such as `10%`; left out where all members are kept together. */
  readonly choice?: {
    readonly top?: number | string;
    readonly sample?: string;
    readonly split?: readonly { readonly name: string; readonly share: string }[];
  };
  /** Users bought for each query, at most. */
  readonly users: number;
  readonly formats: readonly string[];
  /** Where the files would go: the key prefix, or a URI. */
  readonly to: string;
  /** What the files hold, where that is not whole audiences. */
  readonly change?: { readonly files: string; readonly fullEvery?: number };
  /** Names of destinations; left out where there are none. */
  readonly deliver?: readonly string[];
}

export type Plan = EmailPlan | AudiencePlan;

/** What a plan is put together from: all of it but what can be counted up. */
export type EmailPlanParts = Omit<EmailPlan, 'version' | 'kind' | 'considered'>;
export type AudiencePlanParts = Omit<AudiencePlan, 'version' | 'kind'>;

/**
 * Puts the plan of an e-mail run together; reasons are ordered and those of nobody dropped.
 *
 * @throws E_BUG if the batch job would score others than the recipients
 */
export function planEmail(parts: EmailPlanParts): EmailPlan {
  const leftOut = parts.leftOut
    .filter(({ count }) => count > 0)
    .sort((a, b) => b.count - a.count || (a.name < b.name ? -1 : 1));
  const considered = leftOut.reduce((sum, { count }) => sum + count, parts.recipients);
  if (parts.batchJob.of !== 'items' && parts.batchJob.lines !== parts.recipients) {
    throw new NightjarError('E_BUG', `the input has ${parts.batchJob.lines} lines for ${parts.recipients} recipients`);
  }
  return { version: 1, kind: 'email', ...parts, considered, leftOut };
}

/**
 * Puts the plan of an audience run together.
 *
 * @throws E_BUG if the batch job would answer other than the queries
 */
export function planAudience(parts: AudiencePlanParts): AudiencePlan {
  const { lines } = parts.batchJob;
  // Equal queries share a line.
  if (lines > parts.asks || (lines === 0 && parts.asks > 0)) {
    throw new NightjarError('E_BUG', `the input has ${lines} lines for ${parts.asks} queries`);
  }
  return { version: 1, kind: 'audience', ...parts };
}
