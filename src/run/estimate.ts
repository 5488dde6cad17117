/** Estimates what jobs will cost: the next run of each, and all runs of the days to come. */
import type { Settings } from '../config/settings';
import { type MonthSpending, readMonthSpending } from '../database/buying/budget';
import { findLatestRun } from '../database/runs/run-lists';
import { NightjarError } from '../errors';
import type { ParsedJob } from '../job/definition';
import type { Plan, PlannedBatchJob } from '../job/plan';
import { fireTimes, nextFire, slotAt } from '../job/schedule';
import { sumMoney } from '../personalize/prices';
import type { Money } from '../units';
import { type JobSource, openBundle } from './bundle';
import { explainFailure } from './explain-failure';
import { budgetOf } from './guards/money';
import { planRun } from './plan-run';
import type { PlanWish } from './plan-wish';
import { priceOf } from './summarise';

type EstimateEngines = Parameters<typeof planRun>[0];

const DAY_MS = 86_400_000;
/** Days that an estimate looks ahead. */
export const ESTIMATED_DAYS = 30;

/** What one job will cost. Where its plan can't be made, `error` says why, and there is no more. */
export interface JobEstimate {
  readonly job: string;
  readonly next?: {
    readonly slot: string;
    /** ISO 8601, UTC; left out where nothing starts the job by itself. */
    readonly at?: string;
    /** Lines of the input: users to score, or queries. */
    readonly lines: number;
    readonly cost: Money;
    /** Guards that would pause it. */
    readonly trips: readonly string[];
  };
  /** Runs in the days to come, by its schedule or that of the job that it follows. */
  readonly runs: number;
  /** Of these runs, each with as many lines as the next one. */
  readonly cost: Money;
  readonly error?: { readonly code: string; readonly message: string };
}

/** A sum of amounts of one currency, and the jobs that are not in it, as their cost is not known. */
export interface EstimateSum {
  readonly known: Money;
  readonly unknown: readonly string[];
}

export interface Estimate {
  readonly days: number;
  readonly region: string;
  readonly jobs: readonly JobEstimate[];
  readonly next: EstimateSum;
  readonly all: EstimateSum;
  /** Undefined where the settings have none for the region. */
  readonly prices: Settings['prices'][string] | undefined;
  /** Undefined where the settings have none. */
  readonly budget: ({ readonly limit: Money } & MonthSpending) | undefined;
}

/**
 * Estimates jobs; nothing is written, bought or sent. Other jobs may be followed by these: `project` holds all that
 * there are, by name.
 */
export async function estimateJobs(
  engines: EstimateEngines,
  wish: {
    readonly sources: readonly JobSource[];
    readonly project: ReadonlyMap<string, JobSource>;
    /** Of the next run, where there is one job. */
    readonly next?: NextWish;
  },
): Promise<Estimate> {
  const { settings } = engines;
  const now = engines.now();
  const jobs: JobEstimate[] = [];
  for (const source of wish.sources) jobs.push(await estimateJob(engines, { ...wish, source, now }));
  const budget = budgetOf({ settings, now });
  const prices = settings.prices[settings.aws.region];
  const currency = prices?.currency ?? 'USD';
  return {
    days: ESTIMATED_DAYS,
    region: settings.aws.region,
    jobs,
    next: sum(
      jobs.map(({ job, next }) => ({ job, cost: next?.cost })),
      currency,
    ),
    all: sum(
      jobs.map(({ job, cost }) => ({ job, cost })),
      currency,
    ),
    prices,
    budget: budget && {
      limit: { amount: budget.limit, currency: budget.currency },
      ...(await readMonthSpending(engines.db, budget)),
    },
  };
}

function sum(
  costs: readonly { readonly job: string; readonly cost: Money | undefined }[],
  currency: string,
): EstimateSum {
  const unknown = costs.filter(({ cost }) => cost?.amount === undefined).map(({ job }) => job);
  const amount = costs.reduce((all, { cost }) => all + (cost?.amount ?? 0), 0);
  return { known: { amount, currency }, unknown };
}

/** What a run would be started with. */
type NextWish = Pick<PlanWish, 'params' | 'limit' | 'onlyTo'>;

interface Subject {
  readonly source: JobSource;
  readonly project: ReadonlyMap<string, JobSource>;
  readonly next?: NextWish | undefined;
  readonly now: number;
}

async function estimateJob(engines: EstimateEngines, subject: Subject): Promise<JobEstimate> {
  const { source, project, now } = subject;
  const unknown = { amount: undefined, currency: 'USD' };
  try {
    const { job } = await openBundle(engines, source);
    const starter = await findStarter(engines, { job, project });
    const next = await nextSlot(engines, { job, starter, now });
    const plan = await planRun(engines, { source, slot: next.slot, ...subject.next });
    // Workers start a job with its defaults, and for all recipients.
    const usual =
      subject.next === undefined || starter.schedule === undefined
        ? plan
        : await planRun(engines, { source, slot: next.slot });
    const { schedule } = starter;
    const until = now + ESTIMATED_DAYS * DAY_MS;
    const runs = schedule === undefined ? 0 : fireTimes(schedule, { after: now, until }).length;
    const trips = (plan.guards ?? []).filter(({ outcome }) => outcome === 'trips').map(({ guard }) => guard);
    return {
      job: job.name,
      next: { ...next, lines: jobsOf(plan).reduce((sum, { lines }) => sum + lines, 0), cost: plan.cost, trips },
      runs,
      cost: costOfRuns(runs, { first: usual.cost, others: wholeCost(engines, usual) }),
    };
  } catch (error) {
    const { code, message } = explainFailure(error);
    return { job: nameOf(source), runs: 0, cost: unknown, error: { code, message } };
  }
}

/** The job whose schedule starts a job: itself, or the one that it follows, over as many links as there are. */
async function findStarter(
  engines: EstimateEngines,
  { job, project }: { readonly job: ParsedJob; readonly project: ReadonlyMap<string, JobSource> },
): Promise<ParsedJob> {
  const seen = new Set<string>();
  let starter = job;
  while (starter.after !== undefined) {
    const source = project.get(starter.after);
    if (seen.has(starter.name) || source === undefined) {
      throw new NightjarError('E_JOB_UNKNOWN', `the job ${starter.name} follows ${starter.after}, which never starts`);
    }
    seen.add(starter.name);
    starter = (await openBundle(engines, source)).job;
  }
  return starter;
}

/** Without a schedule it is today's, or tomorrow's where today's has been run. */
async function nextSlot(
  { db }: EstimateEngines,
  { job, starter, now }: { readonly job: ParsedJob; readonly starter: ParsedJob; readonly now: number },
): Promise<{ readonly slot: string; readonly at?: string }> {
  const { schedule } = starter;
  const at = schedule === undefined ? undefined : nextFire(schedule, now);
  if (schedule !== undefined && at !== undefined) {
    return { slot: slotAt(schedule, at), at: new Date(at).toISOString() };
  }
  const today = new Date(now).toISOString().slice(0, 10);
  if ((await findLatestRun(db, job.name, today)) === undefined) return { slot: today };
  return { slot: new Date(now + DAY_MS).toISOString().slice(0, 10) };
}

/** What a run of a plan costs that can use nothing that was bought before. */
function wholeCost(engines: EstimateEngines, plan: Plan): Money {
  const costs = jobsOf(plan).map(({ kind, lines, hasThemes }) =>
    priceOf(engines, { kind, lines, users: plan.kind === 'audience' ? lines * plan.users : lines, hasThemes }),
  );
  return sumMoney(costs, plan.cost.currency);
}

function jobsOf(plan: Plan): readonly PlannedBatchJob[] {
  return [plan.batchJob, ...((plan.kind === 'email' ? plan.sectionJobs : undefined) ?? [])];
}

function costOfRuns(runs: number, { first, others }: { readonly first: Money; readonly others: Money }): Money {
  if (runs === 0) return { ...first, amount: 0 };
  const isKnown = first.amount !== undefined && others.amount !== undefined;
  return { ...first, amount: isKnown ? (first.amount ?? 0) + (runs - 1) * (others.amount ?? 0) : undefined };
}

function nameOf({ file }: JobSource): string {
  return file.replace(/^.*[/\\]/, '').replace(/\.ya?ml$/, '');
}
