/** Plans a run without doing any of it: who would get it, what would be bought, what it would cost (D6). */

import { readYaml } from '../config/yaml-source';
import type { CompiledTemplate } from '../content/template';
import { findUnhandled } from '../database/slot-ledger';
import type { Where } from '../errors';
import type { AudienceJob, EmailJob, FilterWish, PlaceholderValue } from '../job/definition';
import { type AudiencePlan, type EmailPlan, type Plan, planAudience, planEmail } from '../job/plan';
import { fingerprintOf } from '../personalize/batch-name';
import { userInputLine } from '../personalize/input-lines';
import { createPartHasher, type InputPart } from '../personalize/input-parts';
import type { InputLimits } from '../personalize/limits';
import { type JobSource, openBundle } from './bundle';
import { chooseRecipients, tally } from './choose-recipients';
import type { Engines } from './engines';
import { checkAttributes, createValueReader, type ReadValues } from './filter-values';
import { createSample, planGuards, sampleOf } from './guards/plan';
import { identityOf } from './identity';
import { limitsOf } from './input';
import { chooseAttempt } from './intend';
import { findFilter, type ResolvedFilter } from './resolve-filter';
import { resolveSolution } from './resolve-solution';
import { checkQueries, queryLines } from './segment-queries';
import { priceOf } from './summarise';

type PlanEngines = Pick<Engines, 'settings' | 'db' | 'personalize' | 'inputLimits' | 'secret' | 'now'>;

/**
 * Plans the run of a job for a slot; nothing is written, bought or sent.
 * @throws as starting the run would
 */
export async function planRun(
  engines: PlanEngines,
  wish: { readonly source: JobSource; readonly slot: string },
): Promise<Plan> {
  const { job, template } = await openBundle(engines, wish.source);
  if (job.kind === 'audience') return planAudienceRun(engines, job, wish.slot);
  await checkAttributes(engines.db, job.recommend.filter, (path) => locate(wish.source, path));
  return planEmailRun(engines, { job, template }, wish.slot);
}

function locate({ file, text }: JobSource, path: readonly string[]): Where {
  return readYaml({ file, text, code: 'E_JOB_SYNTAX' }).whereIs(path, 'value');
}

async function planEmailRun(
  engines: PlanEngines,
  { job, template }: { readonly job: EmailJob; readonly template: CompiledTemplate | undefined },
  slot: string,
): Promise<EmailPlan> {
  const { file, recommend } = job;
  const solution = await resolveSolution(engines, { solution: recommend.solution, kind: 'email', file });
  const filter = await findFilter(engines, { wish: recommend.filter, solution, section: 'recommend', file });
  const readValues = createValueReader(recommend.filter, filter?.compared ?? []);
  const limits = limitsOf(engines, solution.recipe);
  const { recipients, leftOut, parts, sample } = await planRecipients(engines, { job, slot, limits, readValues });
  const { batchJob, linesToBuy } = await planBatchJobs(engines, {
    job: job.name,
    slot,
    kind: 'inference',
    ...solution,
    filterArn: filter?.arn ?? null,
    numResults: job.recommend.results,
    parts,
  });
  const cost = priceOf(engines, { kind: 'inference', lines: linesToBuy, users: linesToBuy });
  const handled = leftOut.find(({ name }) => name === 'handled_before')?.count ?? 0;
  const input = { job, slot, ...solution, cost, now: engines.now(), recipients: recipients + handled };
  const guards = await planGuards(engines, {
    ...input,
    sample: async () => template && sampleOf(engines, { job, slot, template, recipients: sample }),
  });
  const avoidedRows = leftOut.filter(({ name }) => name !== 'not_matched').reduce((sum, { count }) => sum + count, 0);
  return planEmail({
    job: job.name,
    about: job.about,
    slot,
    recipients,
    leftOut,
    batchJob,
    ...planFilter(filter, recommend.filter),
    cost,
    ...guards,
    avoided: {
      rows: avoidedRows,
      cost: priceOf(engines, { kind: 'inference', lines: avoidedRows, users: avoidedRows }),
    },
    ...pricesAsOf(engines),
  });
}

interface Choosing {
  readonly job: EmailJob;
  readonly slot: string;
  readonly limits: InputLimits;
  readonly readValues: ReadValues;
}

/** Chooses the recipients as the run would, and hashes the input that it would write. */
async function planRecipients(engines: PlanEngines, { job, slot, limits, readValues }: Choosing) {
  const hasher = createPartHasher(limits);
  const sample = createSample();
  const addresses = new Set<string>();
  let duplicates = 0;
  let handledBefore = 0;
  const counts = await chooseRecipients(
    engines.db,
    { where: job.recipients.where, topic: job.name, slot, readValues },
    async (batch) => {
      const unhandled = await findUnhandled(engines.db, { job: job.name, slot }, batch);
      for (const { userId, addressHash, filterValues } of batch) {
        if (!unhandled.has(userId)) handledBefore += 1;
        else if (addresses.has(addressHash)) duplicates += 1;
        else {
          addresses.add(addressHash);
          sample.add({ userId, addressHash });
          hasher.add(userInputLine(userId, filterValues));
        }
      }
    },
  );
  const leftOut = tally(
    new Map([
      ...counts.leftOut.map(({ name, count }) => [name, count] as const),
      ['duplicate_address', duplicates] as const,
      ['handled_before', handledBefore] as const,
    ]),
  );
  return { recipients: addresses.size, leftOut, parts: hasher.finish(), sample: sample.list() };
}

async function planAudienceRun(engines: PlanEngines, job: AudienceJob, slot: string): Promise<AudiencePlan> {
  const { file, segment } = job;
  const solution = await resolveSolution(engines, { solution: segment.solution, kind: 'audience', file });
  checkQueries(job, solution.recipe);
  const filter = await findFilter(engines, { wish: segment.filter, solution, section: 'segment', file });
  const hasher = createPartHasher(limitsOf(engines, solution.recipe));
  for (const line of queryLines(job, filter)) hasher.add(line);
  const { batchJob, linesToBuy } = await planBatchJobs(engines, {
    job: job.name,
    slot,
    kind: 'segment',
    ...solution,
    filterArn: filter?.arn ?? null,
    numResults: job.segment.users,
    parts: hasher.finish(),
  });
  const cost = priceOf(engines, { kind: 'segment', lines: linesToBuy, users: linesToBuy * job.segment.users });
  return planAudience({
    job: job.name,
    about: job.about,
    slot,
    queries: job.segment.queries.map((query) => ({
      name: query.name,
      query: query.by === 'item' ? query.itemId : query.query,
    })),
    users: job.segment.users,
    formats: job.audience.formats,
    to: job.audience.to,
    batchJob,
    ...planFilter(filter, segment.filter),
    cost,
    ...(await planGuards(engines, { job, slot, ...solution, cost, now: engines.now() })),
    ...pricesAsOf(engines),
  });
}

interface PlannedPurchase {
  readonly job: string;
  readonly slot: string;
  readonly kind: 'inference' | 'segment';
  readonly solutionVersionArn: string;
  readonly recipe: string;
  readonly filterArn: string | null;
  readonly numResults: number;
  readonly parts: readonly InputPart[];
}

async function planBatchJobs(
  engines: PlanEngines,
  purchase: PlannedPurchase,
): Promise<{ readonly batchJob: Plan['batchJob']; readonly linesToBuy: number }> {
  const { kind, parts } = purchase;
  const jobs: { readonly name: string; readonly isThere: boolean; readonly lines: number }[] = [];
  for (const [index, { sha256, lines }] of parts.entries()) {
    const fingerprint = fingerprintOf(identityOf(engines, { ...purchase, inputSha256: sha256 }));
    const naming = { ...purchase, fingerprint, part: index + 1, parts: parts.length };
    jobs.push({ ...(await chooseAttempt(engines.db, naming)), lines });
  }
  const countLines = (some: typeof jobs) => some.reduce((sum, { lines }) => sum + lines, 0);
  const toBuy = jobs.filter((job) => !job.isThere);
  return {
    batchJob: {
      kind,
      solutionVersion: purchase.solutionVersionArn,
      ...(jobs[0] === undefined ? {} : { name: jobs[0].name }),
      lines: countLines(jobs),
      parts: jobs.length,
      reused: jobs.length > 0 && toBuy.length === 0,
    },
    linesToBuy: countLines(toBuy),
  };
}

function planFilter(filter: ResolvedFilter | undefined, wish: FilterWish | undefined): Pick<Plan, 'filter'> {
  if (filter === undefined) return {};
  const values = Object.entries(wish?.values ?? {}).map(([name, value]) => ({ name, value: describeValue(value) }));
  return { filter: { arn: filter.arn, values } };
}

function describeValue(value: PlaceholderValue): string {
  if (value.by === 'constants') return value.constants.join(', ');
  const otherwise = value.otherwise === undefined ? '' : `, or else ${value.otherwise.join(', ')}`;
  return `the contact's ${value.attribute}${otherwise}`;
}

function pricesAsOf({ settings }: PlanEngines): { readonly pricesAsOf?: string } {
  const asOf = settings.prices[settings.aws.region]?.asOf;
  return asOf === undefined ? {} : { pricesAsOf: asOf };
}
