/** Plans a run without doing any of it: who would get it, what would be bought, what it would cost (D6). */
import { createHash } from 'node:crypto';
import { findByFingerprint } from '../database/batch-jobs';
import type { AudienceJob, EmailJob } from '../job/definition';
import { type AudiencePlan, type EmailPlan, type Plan, planAudience, planEmail } from '../job/plan';
import { batchJobName, fingerprintOf } from '../personalize/batch-name';
import { attributesInputLine, itemInputLine, userInputLine } from '../personalize/input-lines';
import { type JobSource, openBundle } from './bundle';
import { chooseRecipients, tally } from './choose-recipients';
import type { Engines } from './engines';
import { identityOf } from './identity';
import { resolveSolution } from './resolve-solution';
import { checkQueries } from './segment-queries';
import { priceOf } from './summarise';

type PlanEngines = Pick<Engines, 'settings' | 'db' | 'personalize'>;

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
  const hash = createHash('sha256');
  const addresses = new Set<string>();
  let duplicates = 0;
  const counts = await chooseRecipients(engines.db, { where: job.recipients.where, topic: job.name }, async (batch) => {
    for (const { userId, addressHash } of batch) {
      if (addresses.has(addressHash)) duplicates += 1;
      else {
        addresses.add(addressHash);
        hash.update(userInputLine(userId));
      }
    }
  });
  const leftOut = tally(
    new Map([
      ...counts.leftOut.map(({ name, count }) => [name, count] as const),
      ['duplicate_address', duplicates] as const,
    ]),
  );
  const recipients = addresses.size;
  const purchase = { kind: 'inference' as const, lines: recipients, users: recipients };
  const batchJob = await planBatchJob(engines, {
    job: job.name,
    slot,
    ...solution,
    numResults: job.recommend.results,
    inputSha256: hash.digest('hex'),
    ...purchase,
  });
  const avoidedRows = leftOut.filter(({ name }) => name !== 'not_matched').reduce((sum, { count }) => sum + count, 0);
  return planEmail({
    job: job.name,
    about: job.about,
    slot,
    recipients,
    leftOut,
    batchJob,
    cost: priceOf(engines, { ...purchase, ...(batchJob.reused ? { lines: 0 } : {}) }),
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
  const lines = job.segment.queries.map((query) =>
    query.by === 'item' ? itemInputLine(query.itemId) : attributesInputLine(query.query),
  );
  const inputSha256 = createHash('sha256').update(lines.join('')).digest('hex');
  const purchase = { kind: 'segment' as const, lines: lines.length, users: lines.length * job.segment.users };
  const batchJob = await planBatchJob(engines, {
    job: job.name,
    slot,
    ...solution,
    numResults: job.segment.users,
    inputSha256,
    ...purchase,
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
    cost: priceOf(engines, { ...purchase, ...(batchJob.reused ? { users: 0 } : {}) }),
    ...pricesAsOf(engines),
  });
}

interface Purchase {
  readonly job: string;
  readonly slot: string;
  readonly kind: 'inference' | 'segment';
  readonly solutionVersionArn: string;
  readonly recipe: string;
  readonly numResults: number;
  readonly inputSha256: string;
  readonly lines: number;
}

async function planBatchJob(engines: PlanEngines, purchase: Purchase): Promise<Plan['batchJob']> {
  const fingerprint = fingerprintOf(identityOf(engines, purchase));
  const name = batchJobName({ job: purchase.job, slot: purchase.slot, fingerprint });
  const earlier = await findByFingerprint(engines.db, fingerprint);
  const reused = earlier.some(
    (row) => row.state !== 'failed' && (row.name === name || row.name.startsWith(`${name}-a`)),
  );
  return {
    kind: purchase.kind,
    solutionVersion: purchase.solutionVersionArn,
    name,
    lines: purchase.lines,
    parts: 1,
    reused,
  };
}

function pricesAsOf({ settings }: PlanEngines): { readonly pricesAsOf?: string } {
  const asOf = settings.prices[settings.aws.region]?.asOf;
  return asOf === undefined ? {} : { pricesAsOf: asOf };
}
