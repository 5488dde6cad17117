/** What a run does between its decision and its purchases: it stores what they will cost, and asks the guards. */
import { sampleRecipients } from '../../database/runs/earlier-slots';
import { savePlan } from '../../database/runs/runs';
import type { Money } from '../../units';
import type { PlanRecord } from '../plan-record';
import type { StageContext } from '../stage';
import { stopAtTrips } from './check';
import { checkInput } from './input';
import { SAMPLE_SIZE } from './template-sample';

/**
 * Stores the estimate with the plan, and checks every guard that stands before the money.
 * @throws GuardTrip
 */
export async function guardPurchases(
  context: StageContext,
  { plan, cost }: { readonly plan: PlanRecord; readonly cost: Money },
): Promise<void> {
  const { engines, run, bundle } = context;
  const estimate = { amount: cost.amount ?? null, currency: cost.currency };
  await savePlan(engines.db, run.runId, { ...plan, estimate } satisfies PlanRecord);
  const { template } = bundle;
  const checks = await checkInput(engines, {
    job: bundle.job,
    slot: run.slot,
    versions: plan.sources?.map(({ solutionVersionArn }) => solutionVersionArn) ?? [plan.solutionVersionArn],
    cost,
    now: engines.now(),
    isPartial: run.limit !== undefined || run.onlyTo !== undefined,
    ...(plan.recipients === undefined ? {} : { recipients: plan.recipients }),
    sample: async () =>
      template && {
        template,
        run,
        catalogueVersion: run.catalogueVersion,
        popular: plan.popular,
        recipients: await sampleRecipients(engines.db, run.runId, SAMPLE_SIZE),
      },
  });
  await stopAtTrips(context, checks);
}
