/** Prepares the run of an audience job: stores the plan, writes the queries and the intent to buy. */

import { savePlan } from '../database/runs/runs';
import type { AudienceJob } from '../job/audience-job';
import { keepLists } from './audiences/keep-lists';
import { loadAskedItems } from './buying/asked-items';
import { checkSegment } from './buying/check-segment';
import { writeInputs } from './buying/input';
import { intendPurchases } from './buying/intend';
import { findFilter } from './buying/resolve-filter';
import { type ResolvedSolution, resolveSolution } from './buying/resolve-solution';
import { queryLines } from './buying/segment-queries';
import { guardPurchases } from './guards/before-buying';
import type { PlanRecord } from './plan-record';
import type { StageContext } from './stage';

/** Decides what is bought for the queries of a job; done again it comes to the same. */
export async function prepareAudience(context: StageContext, job: AudienceJob): Promise<void> {
  const { engines, run } = context;
  const { segment } = job;
  const solution = await resolveSolution(engines, { solution: segment.solution, kind: 'audience', job, at: 'segment' });
  await checkSegment(engines, { job, solution, catalogueVersion: run.catalogueVersion });
  const filter = await findFilter(engines, { wish: segment.filter, solution, section: 'segment', job });
  await keepLists(context);
  const plan: PlanRecord = { version: 1, ...bought(solution, filter), contacts: null, popular: [] };
  await savePlan(engines.db, run.runId, plan);
  const items = await loadAskedItems(engines.db, job, run.catalogueVersion);
  const inputs = await writeInputs(engines, queryLines(job, filter, items), solution);
  const wish = {
    runId: run.runId,
    job: job.name,
    slot: run.slot,
    kind: 'segment' as const,
    filterArn: filter?.arn ?? null,
    numResults: segment.users,
    inputs,
  };
  await intendPurchases(context, [{ ...wish, ...solution }], (cost) => guardPurchases(context, { plan, cost }));
}

type PlannedFilter = PlanRecord['filter'];

/** What the plan keeps of a solution and a filter. */
function bought(
  { solutionVersionArn, recipe }: ResolvedSolution,
  filter: PlannedFilter,
): Pick<PlanRecord, 'solutionVersionArn' | 'recipe' | 'filter'> {
  return { solutionVersionArn, recipe, ...(filter === undefined ? {} : { filter }) };
}
