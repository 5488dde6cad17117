/** Plans a run without doing any of it: who would get it, what would be bought, what it would cost (D6). */
import { findUnhandled } from '../database/slot-ledger';
import type { AudienceJob, EmailJob } from '../job/definition';
import { type AudiencePlan, type EmailPlan, type Plan, planAudience, planEmail } from '../job/plan';
import { fingerprintOf } from '../personalize/batch-name';
import { attributesInputLine, itemInputLine, userInputLine } from '../personalize/input-lines';
import { createPartHasher, type InputPart } from '../personalize/input-parts';
import { type JobSource, openBundle } from './bundle';
import { chooseRecipients, tally } from './choose-recipients';
import type { Engines } from './engines';
import { identityOf } from './identity';
import { limitsOf } from './input';
import { chooseAttempt } from './intend';
import { resolveSolution } from './resolve-solution';
import { checkQueries } from './segment-queries';
import { priceOf } from './summarise';

type PlanEngines = Pick<Engines, 'settings' | 'db' | 'personalize' | 'inputLimits'>;

/**
 * Plans the run of a job for a slot; nothing is written, bought or sent.
 * @throws as starting the run would
 */
export async function planRun(
  engines: PlanEngines,
  wish: { readonly source: JobSource; readonly slot: string },
): Promise<Plan> {
  const { job } = openBundle(engines, wish.source);
  return job.kind === 'email' ? planEmailRun(engines, job, wish.slot) : planAudienceRun(engines, job, wish.slot);
}

async function planEmailRun(engines: PlanEngines, job: EmailJob, slot: string): Promise<EmailPlan> {
  const solution = await resolveSolution(engines, { solution: job.recommend.solution, kind: 'email', file: job.file });
  const hasher = createPartHasher(limitsOf(engines, solution.recipe));
  const addresses = new Set<string>();
  let duplicates = 0;
  let handledBefore = 0;
  const counts = await chooseRecipients(
    engines.db,
    { where: job.recipients.where, topic: job.name, slot },
    async (batch) => {
      const unhandled = await findUnhandled(engines.db, { job: job.name, slot }, batch);
      for (const { userId, addressHash } of batch) {
        if (!unhandled.has(userId)) handledBefore += 1;
        else if (addresses.has(addressHash)) duplicates += 1;
        else {
          addresses.add(addressHash);
          hasher.add(userInputLine(userId));
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
  const recipients = addresses.size;
  const { batchJob, linesToBuy } = await planBatchJobs(engines, {
    job: job.name,
    slot,
    kind: 'inference',
    ...solution,
    numResults: job.recommend.results,
    parts: hasher.finish(),
  });
  const avoidedRows = leftOut.filter(({ name }) => name !== 'not_matched').reduce((sum, { count }) => sum + count, 0);
  return planEmail({
    job: job.name,
    about: job.about,
    slot,
    recipients,
    leftOut,
    batchJob,
    cost: priceOf(engines, { kind: 'inference', lines: linesToBuy, users: linesToBuy }),
    avoided: {
      rows: avoidedRows,
      cost: priceOf(engines, { kind: 'inference', lines: avoidedRows, users: avoidedRows }),
    },
    ...pricesAsOf(engines),
  });
}

async function planAudienceRun(engines: PlanEngines, job: AudienceJob, slot: string): Promise<AudiencePlan> {
  const solution = await resolveSolution(engines, { solution: job.segment.solution, kind: 'audience', file: job.file });
  checkQueries(job, solution.recipe);
  const hasher = createPartHasher(limitsOf(engines, solution.recipe));
  for (const query of job.segment.queries)
    hasher.add(query.by === 'item' ? itemInputLine(query.itemId) : attributesInputLine(query.query));
  const { batchJob, linesToBuy } = await planBatchJobs(engines, {
    job: job.name,
    slot,
    kind: 'segment',
    ...solution,
    numResults: job.segment.users,
    parts: hasher.finish(),
  });
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
    cost: priceOf(engines, { kind: 'segment', lines: linesToBuy, users: linesToBuy * job.segment.users }),
    ...pricesAsOf(engines),
  });
}

interface PlannedPurchase {
  readonly job: string;
  readonly slot: string;
  readonly kind: 'inference' | 'segment';
  readonly solutionVersionArn: string;
  readonly recipe: string;
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

function pricesAsOf({ settings }: PlanEngines): { readonly pricesAsOf?: string } {
  const asOf = settings.prices[settings.aws.region]?.asOf;
  return asOf === undefined ? {} : { pricesAsOf: asOf };
}
