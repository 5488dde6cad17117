/** Makes the summary of a run from the database: counts that add up, times, cost, artefacts. */
import { z } from 'zod';
import { type BatchJobOfRun, batchJobsOf } from '../database/buying/batch-jobs';
import { countDeliveries, countFallback, tallyReasons } from '../database/ledger/deliveries';
import { OWN_ITEMS } from '../database/ledger/section-slates';
import { NOTHING_BOUGHT } from '../database/ledger/seeds';
import { listArtefacts } from '../database/runs/artefacts';
import { listApprovals } from '../database/runs/guard-approvals';
import { type RunRow, runEvents } from '../database/runs/runs';
import { listShards } from '../database/runs/shards';
import type { AudienceJob } from '../job/audience-job';
import { costOf, sumMoney } from '../personalize/prices';
import type { AudienceSummary, BatchJobSummary, RunSummary, Tally } from '../report/summary';
import type { Money } from '../units';
import { describeAudiences, folderOf } from './audiences/describe-audiences';
import { countReturnedUsers } from './audiences/returned-users';
import { summariseQueries } from './audiences/summarise-queries';
import { describeLeftBehind, findLeftBehind } from './audiences/withdraw-audience';
import type { Bundle } from './bundle';
import { hasThemes } from './buying/request';
import { needsSeeds } from './buying/seeds';
import { countPlannedPerRecipient } from './buying/sources';
import type { Engines } from './engines';
import { addOutputs, outputResultSchema } from './output-result';
import { type PlanRecord, type RecipientAudience, readPlan } from './plan-record';
import { summariseProof } from './proof/figures';
import { describeRestrictions } from './recipients/allowed-addresses';
import { NOT_MEANT, tally } from './recipients/choose-recipients';
import { readShownFigures } from './sending/making';

export interface Subject {
  readonly engines: Engines;
  readonly run: RunRow;
  readonly bundle: Bundle;
}

const talliesSchema = z.array(z.object({ name: z.string(), count: z.number() }));

/** Who of an audience is in the files of a format. */
export const formatResultSchema = z.object({
  name: z.string(),
  considered: z.number(),
  people: z.number(),
  leftOut: talliesSchema,
  values: talliesSchema.optional(),
});

/** What a write shard found; src/run/audiences/write-audience.ts stores it. */
export const audienceResultSchema = z.object({
  name: z.string(),
  query: z.string(),
  segmentUsers: z.number(),
  members: z.number(),
  leftOut: talliesSchema,
  formats: z.array(formatResultSchema).optional(),
  isWithdrawn: z.literal(true).optional(),
  error: z.string().optional(),
});

/** Summarises a run as it stands; `now` closes the last stage. */
export async function summarise({ engines, run, bundle }: Subject): Promise<RunSummary> {
  const rows = await batchJobsOf(engines.db, run.runId);
  const returned = await countReturnedUsers(engines, run.runId, rows);
  const jobs = rows.map((row) => summariseBatchJob(engines, row, { bundle, returned: returned.get(row.name) }));
  const plan = run.plan === undefined ? undefined : readPlan(run.plan);
  const currency = pricesOf(engines).currency;
  const bought = jobs.filter((job) => !job.reused).map((job) => job.cost);
  const asOf = engines.settings.prices[engines.settings.aws.region]?.asOf;
  const { job } = bundle;
  return {
    version: 1,
    run: run.runId,
    job: job.name,
    kind: job.kind,
    about: job.about,
    slot: run.slot,
    state: run.state,
    startedAt: new Date(run.createdAt).toISOString(),
    finishedAt: new Date(engines.now()).toISOString(),
    instance: engines.settings.instance,
    ...summariseWish(run, job),
    ...(job.kind === 'email'
      ? {
          ...(await summariseDeliveries(engines, run, plan)),
          ...describeRestrictions(engines, { job, onlyTo: run.onlyTo }),
          ...(await summariseProof(engines.db, run.runId)),
        }
      : {
          ...(await summariseQueries(engines, run, job)),
          audiences: await describeAudiences(engines, { run, job, audiences: await summariseAudiences(engines, run) }),
          ...(await summariseLeftBehind(engines, run, job)),
          delivery: { folder: folderOf(engines, run, job), destinations: job.audience.deliver },
        }),
    stages: await timeStages(engines, run),
    output: await summariseOutput(engines, run, job.kind),
    ...(await summariseShown(engines, run)),
    batchJobs: jobs,
    cost: sumMoney(bought, currency),
    ...estimateOf(plan),
    ...(await readApprovals(engines, run)),
    avoided: avoidedBy(engines, { plan, job }, await tallyReasons(engines.db, run.runId, 'excluded')),
    ...(asOf === undefined ? {} : { pricesAsOf: asOf }),
    artefacts: (await listArtefacts(engines.db, run.runId)).map(({ rows, ...artefact }) => ({
      ...artefact,
      ...(rows === undefined ? {} : { rows }),
    })),
  };
}

/** What whoever started the run had asked for. */
function summariseWish(
  { params, limit, requestedBy }: RunRow,
  { paramRules = [] }: Bundle['job'],
): Pick<RunSummary, 'params' | 'limit' | 'requestedBy'> {
  const named = paramRules.flatMap(({ name }) => {
    const value = params?.[name];
    return value === undefined ? [] : [{ name, value }];
  });
  return {
    ...(named.length === 0 ? {} : { params: named }),
    ...(limit === undefined ? {} : { limit }),
    ...(requestedBy === undefined ? {} : { requestedBy }),
  };
}

function estimateOf(plan: PlanRecord | undefined): Pick<RunSummary, 'estimate'> {
  if (plan?.estimate === undefined) return {};
  return { estimate: { amount: plan.estimate.amount ?? undefined, currency: plan.estimate.currency } };
}

async function readApprovals({ db }: Engines, run: RunRow): Promise<Pick<RunSummary, 'approvals'>> {
  const approvals = await listApprovals(db, run.runId);
  if (approvals.length === 0) return {};
  return {
    approvals: approvals.map(({ guard, figure, limit, by, at }) => {
      return { guard, figure, limit, by, at: new Date(at).toISOString() };
    }),
  };
}

async function summariseDeliveries(engines: Engines, run: RunRow, plan: PlanRecord | undefined) {
  const deliveries = await countDeliveries(engines.db, run.runId);
  return {
    ...(plan?.contacts ? { contacts: plan.contacts } : {}),
    ...(plan?.audience ? { membersOf: describeAudience(plan.audience) } : {}),
    chosen: Object.values(deliveries).reduce((sum, count) => sum + count, 0),
    deliveries,
    excluded: await tallyReasons(engines.db, run.runId, 'excluded'),
    refused: await tallyReasons(engines.db, run.runId, 'refused'),
    dropped: await tallyReasons(engines.db, run.runId, 'dropped'),
  };
}

function describeAudience({ name, runId, members }: RecipientAudience): NonNullable<RunSummary['membersOf']> {
  return { name, run: runId, members };
}

async function summariseAudiences(engines: Engines, run: RunRow): Promise<readonly AudienceSummary[]> {
  const shards = await listShards(engines.db, run.runId, 'write');
  return shards.flatMap((shard) => (shard.done ? [audienceResultSchema.parse(shard.result)] : []));
}

async function summariseLeftBehind(
  engines: Engines,
  run: RunRow,
  job: AudienceJob,
): Promise<Pick<RunSummary, 'leftBehind'>> {
  const { forgotten } = await findLeftBehind(engines, job, run);
  return forgotten.length === 0 ? {} : { leftBehind: describeLeftBehind(forgotten) };
}

async function summariseShown({ db }: Engines, run: RunRow): Promise<Pick<RunSummary, 'shown'>> {
  const shown = await readShownFigures(db, run.runId);
  return shown === undefined ? {} : { shown };
}

async function summariseOutput(
  engines: Engines,
  run: RunRow,
  kind: 'email' | 'audience',
): Promise<RunSummary['output']> {
  const shards = await listShards(engines.db, run.runId, kind === 'email' ? 'collect' : 'locate');
  const sum = addOutputs(shards.flatMap((shard) => (shard.done ? [outputResultSchema.parse(shard.result)] : [])));
  return {
    objects: sum.objects,
    lines: sum.lines,
    errorLines: tally(new Map(Object.entries(sum.errors))),
    brokenLines: sum.brokenLines,
    findings: sum.findings,
    unknownItems: sum.unknownItems,
    fallback: kind === 'email' ? await countFallback(engines.db, run.runId) : 0,
  };
}

/** Until it is known how many users a segment job has returned, it counts with the most that they may be. */
function summariseBatchJob(
  engines: Engines,
  job: BatchJobOfRun,
  { bundle, returned }: { readonly bundle: Bundle; readonly returned: number | undefined },
): BatchJobSummary {
  const { name, kind, state, lines, reused } = job;
  const isThemed = hasThemes(job.request);
  const users = returned ?? (bundle.job.kind === 'audience' ? lines * bundle.job.segment.users : lines);
  return {
    name,
    kind,
    state,
    lines,
    reused,
    ...(job.arn === undefined ? {} : { arn: job.arn }),
    cost: priceOf(engines, { kind, lines, users, hasThemes: isThemed }),
    ...(isThemed ? { hasThemes: true } : {}),
    ...(job.sections === undefined ? {} : { sections: job.sections.filter((name) => name !== OWN_ITEMS) }),
  };
}

/** Prices a purchase by the settings of the region; unknown where none is set. */
export function priceOf(
  engines: Pick<Engines, 'settings'>,
  purchase: { kind: 'inference' | 'segment'; lines: number; users: number; hasThemes?: boolean | undefined },
): Money {
  const { inference, segment, themes, currency } = pricesOf(engines);
  if (purchase.kind === 'inference')
    return costOf({
      kind: 'inference',
      lines: purchase.lines,
      price: purchase.hasThemes === true ? themes : inference,
      currency,
    });
  return costOf({ kind: 'segment', users: purchase.users, price: segment, currency });
}

function pricesOf({ settings }: Pick<Engines, 'settings'>): {
  inference: number | null;
  segment: number | null;
  themes: number | null;
  currency: string;
} {
  const prices = settings.prices[settings.aws.region];
  return {
    inference: prices?.inferencePer1000 ?? null,
    segment: prices?.segmentPer1000 ?? null,
    themes: prices?.themesPer1000 ?? null,
    currency: prices?.currency ?? 'USD',
  };
}

/** People who match the job but can't be written to, share an address, or lack a purchase that the e-mail needs: their rows were not bought. */
function avoidedBy(
  engines: Engines,
  { plan, job }: { readonly plan: PlanRecord | undefined; readonly job: Bundle['job'] },
  excluded: readonly Tally[],
): RunSummary['avoided'] {
  const early = ['duplicate_address', ...(job.kind === 'email' && needsSeeds(job) ? [NOTHING_BOUGHT] : [])];
  const rows = [
    ...excluded.filter(({ name }) => early.includes(name)),
    ...(plan?.contacts?.leftOut ?? []).filter(({ name }) => !NOT_MEANT.has(name)),
  ].reduce((sum, { count }) => sum + count, 0);
  const users = rows * countPlannedPerRecipient(job, plan);
  return { rows: users === 0 ? 0 : rows, cost: priceOf(engines, { kind: 'inference', lines: users, users }) };
}

async function timeStages(engines: Engines, run: RunRow): Promise<RunSummary['stages']> {
  const events = await runEvents(engines.db, run.runId);
  const byStage = new Map<string, number>();
  events.forEach((event, index) => {
    if (['finished', 'failed', 'cancelled'].includes(event.state)) return;
    const end = events[index + 1]?.at ?? engines.now();
    byStage.set(event.state, (byStage.get(event.state) ?? 0) + Math.max(0, end - event.at));
  });
  return [...byStage].map(([stage, milliseconds]) => ({ stage, milliseconds }));
}
