/** Plans what a run buys: names, lines and cost of its batch jobs, and which of them were bought before. */
import { OWN_ITEMS } from '../../database/ledger/section-slates';
import { NightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import type { EmailPlan, Plan } from '../../job/plan';
import { fingerprintOf } from '../../personalize/batch-name';
import type { InputPart } from '../../personalize/input-parts';
import { sumMoney } from '../../personalize/prices';
import type { Engines } from '../engines';
import { priceOf } from '../summarise';
import { identityOf, type PurchaseTerms } from './identity';
import { chooseAttempt } from './intend';
import type { Source } from './sources';

type PlanEngines = Pick<Engines, 'settings' | 'db'>;

interface PlannedSources {
  readonly job: EmailJob;
  readonly slot: string;
  readonly sources: readonly Source[];
  /** The parts of each source. */
  readonly inputs: readonly (readonly InputPart[])[];
}

/** Plans what is bought for the e-mail itself and for its sections. */
export async function planSources(
  engines: PlanEngines,
  { job, slot, sources, inputs }: PlannedSources,
): Promise<Pick<EmailPlan, 'batchJob' | 'sharedBy' | 'sectionJobs' | 'cost'>> {
  const planned = [];
  const counted = new Set<string>();
  for (const [at, source] of sources.entries()) {
    const { recommend, filter, parts: sections } = source;
    const themeItemName = recommend.themes?.itemName;
    const { batchJob, linesToBuy } = await planBatchJobs(engines, {
      ...source,
      job: job.name,
      slot,
      kind: 'inference',
      filterArn: filter?.arn ?? null,
      themeItemName,
      parts: inputs[at] ?? [],
      counted,
    });
    const hasThemes = themeItemName !== undefined;
    const cost = priceOf(engines, { kind: 'inference', lines: linesToBuy, users: linesToBuy, hasThemes });
    const ofItems = recommend.from?.by === 'related' ? { of: 'items' as const } : {};
    const themed = hasThemes ? { hasThemes } : {};
    planned.push({ sections, cost, batchJob: { ...batchJob, ...ofItems, ...themed } });
  }
  const [own, ...further] = planned;
  if (own === undefined) throw new NightjarError('E_BUG', `the job ${job.name} buys nothing`);
  const costs = planned.map(({ cost }) => cost).filter(({ amount }) => amount !== 0);
  const sharedBy = own.sections.filter((name) => name !== OWN_ITEMS);
  return {
    batchJob: own.batchJob,
    ...(sharedBy.length === 0 ? {} : { sharedBy }),
    ...(further.length === 0
      ? {}
      : { sectionJobs: further.map(({ sections, batchJob }) => ({ ...batchJob, sections })) }),
    cost: costs.length === 0 ? own.cost : sumMoney(costs, own.cost.currency),
  };
}

interface PlannedPurchase extends PurchaseTerms {
  readonly parts: readonly InputPart[];
  /** Names whose cost is counted already, added to: two sources may come to one input. */
  readonly counted?: Set<string>;
}

/** Plans the batch jobs of one input. */
export async function planBatchJobs(
  engines: PlanEngines,
  purchase: PlannedPurchase,
): Promise<{ readonly batchJob: Plan['batchJob']; readonly linesToBuy: number }> {
  const { kind, parts, counted = new Set<string>() } = purchase;
  const jobs: { readonly name: string; readonly isThere: boolean; readonly lines: number }[] = [];
  for (const [index, { sha256, lines }] of parts.entries()) {
    const fingerprint = fingerprintOf(identityOf(engines, { ...purchase, inputSha256: sha256 }));
    const naming = { ...purchase, fingerprint, part: index + 1, parts: parts.length };
    jobs.push({ ...(await chooseAttempt(engines.db, naming)), lines });
  }
  const countLines = (some: typeof jobs) => some.reduce((sum, { lines }) => sum + lines, 0);
  const toBuy = jobs.filter((job) => !job.isThere && !counted.has(job.name));
  for (const { name } of jobs) counted.add(name);
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
