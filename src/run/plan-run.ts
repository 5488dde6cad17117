/** Plans a run without doing any of it: who would get it, what would be bought, what it would cost (D6). */
import type { Plan } from '../job/plan';
import { openBundle } from './bundle';
import { checkAfter } from './check-after';
import { tellAllProblems } from './check-job';
import { planAudienceRun } from './plan-audience-run';
import { planEmailRun } from './plan-email-run';
import type { PlanEngines, PlanWish } from './plan-wish';
import { checkOnlyTo } from './recipients/allowed-addresses';
import { checkWhere } from './recipients/check-where';
import { checkLimit } from './recipients/limit-recipients';

/**
 * Plans the run of a job for a slot; nothing is written, bought or sent.
 * @throws as starting the run would
 */
export async function planRun(engines: PlanEngines, wish: PlanWish): Promise<Plan> {
  const { job, template, formats } = await openBundle(engines, wish.source, { by: 'given', given: wish.params ?? {} });
  checkLimit(job, wish.limit);
  checkOnlyTo(job, wish.onlyTo);
  try {
    checkAfter(job, wish.source.jobs);
    await checkWhere(engines.db, job);
    if (job.kind === 'audience') return await planAudienceRun(engines, { job, formats }, wish);
    return await planEmailRun(engines, { job, template }, wish);
  } catch (error) {
    throw await tellAllProblems(engines, { job, source: wish.source }, error);
  }
}
