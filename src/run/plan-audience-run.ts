/** Plans the run of an audience job: what would be asked, and what it would cost. */
import type { AudienceFormat } from '../audience/formats/format';
import { currentCatalogueVersion } from '../database/catalogue';
import type { AudienceJob } from '../job/audience-job';
import { describeQuery } from '../job/choose-items';
import { type AudiencePlan, planAudience } from '../job/plan';
import { createPartHasher } from '../personalize/input-parts';
import { checkFormatAttributes } from './audiences/check-format-attributes';
import { planChoice } from './audiences/plan-choice';
import { planFormats } from './audiences/plan-formats';
import { planSets } from './audiences/plan-sets';
import { planWithdrawal } from './audiences/plan-withdrawal';
import { loadAskedItems } from './buying/asked-items';
import { checkSegment } from './buying/check-segment';
import { limitsOf } from './buying/input';
import { planBatchJobs } from './buying/plan-jobs';
import { findFilter } from './buying/resolve-filter';
import { resolveSolution } from './buying/resolve-solution';
import { askedQueries, queryLines } from './buying/segment-queries';
import { planGuards } from './guards/plan';
import { type PlanEngines, type PlanWish, paramsOf, planFilter, pricesAsOf } from './plan-wish';
import { noteWhereValues } from './recipients/note-where-values';
import { priceOf } from './summarise';

/** Plans it; nothing is written, bought or sent. */
export async function planAudienceRun(
  engines: PlanEngines,
  { job, formats }: { readonly job: AudienceJob; readonly formats: readonly AudienceFormat[] },
  { slot, source }: PlanWish,
): Promise<AudiencePlan> {
  const { segment } = job;
  const solution = await resolveSolution(engines, { solution: segment.solution, kind: 'audience', job, at: 'segment' });
  const catalogueVersion = await currentCatalogueVersion(engines.db);
  const notes = await checkSegment(engines, { job, solution, catalogueVersion });
  const filter = await findFilter(engines, { wish: segment.filter, solution, section: 'segment', job });
  const hasher = createPartHasher(limitsOf(engines, solution));
  const items = await loadAskedItems(engines.db, job, catalogueVersion);
  for (const line of queryLines(job, filter, items)) hasher.add(line);
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
  const sets = await planSets(engines, job, source);
  const asks = new Map(askedQueries(job, items).map((query) => [query.name, query.asks.length]));
  const odd = [
    ...(await noteWhereValues(engines.db, job)),
    ...(await checkFormatAttributes(engines.db, job, source.formatFiles)),
    ...(await planFormats(engines, { job, formats, sets, asks })),
    ...(await planWithdrawal(engines, job)),
  ];
  return planAudience({
    job: job.name,
    about: job.about,
    slot,
    queries: job.segment.queries.map((query) => {
      const note = notes.get(query.name);
      return { name: query.name, query: describeQuery(query), ...(note === undefined ? {} : { note }) };
    }),
    asks: [...asks.values()].reduce((sum, count) => sum + count, 0),
    ...planChoice(job),
    ...(sets.length === 0 ? {} : { sets }),
    ...(odd.length === 0 ? {} : { notes: odd }),
    users: job.segment.users,
    formats: job.audience.formats,
    to: job.audience.to,
    ...planDelivery(job),
    batchJob,
    ...planFilter(filter, segment.filter),
    cost,
    ...(await planGuards(engines, { job, slot, versions: [solution.solutionVersionArn], cost, now: engines.now() })),
    ...paramsOf(job),
    ...pricesAsOf(engines),
  });
}

function planDelivery({ audience }: AudienceJob): Pick<AudiencePlan, 'change' | 'deliver'> {
  const { files, fullEvery } = audience.change;
  return {
    ...(files === 'full' ? {} : { change: { files, ...(files === 'changes' ? { fullEvery } : {}) } }),
    ...(audience.deliver.length === 0 ? {} : { deliver: audience.deliver }),
  };
}
