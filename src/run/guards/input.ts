/** Checks the guards that stand before the money: everything that is known before anything is bought. */
import type { AudienceJob } from '../../job/audience-job';
import type { EmailJob } from '../../job/email-job';
import type { Money } from '../../units';
import type { Engines } from '../engines';
import type { GuardCheck } from './check';
import { checkModels } from './model';
import { budgetOf, checkBudget, checkCost } from './money';
import { checkRecipients } from './recipients';
import { checkTemplate, type TemplateSample } from './template-sample';

/** Of an audience job there are no recipients, and no sample. */
export interface InputFacts {
  readonly job: EmailJob | AudienceJob;
  readonly slot: string;
  /** ARNs of the solution versions that are asked. */
  readonly versions: readonly string[];
  /** Of what the run has to buy. */
  readonly cost: Money;
  readonly now: number;
  /** Of the slot, over all of its runs. */
  readonly recipients?: number;
  /** Whoever started the run has kept it to some recipients. */
  readonly isPartial?: boolean;
  /** Made only where a guard wants it. */
  readonly sample?: () => Promise<Omit<TemplateSample, 'job'> | undefined>;
}

type GuardEngines = Pick<Engines, 'settings' | 'db' | 'personalize' | 'secret' | 'now'>;

/** Checks what the job and the settings demand, in the order in which they are told. */
export async function checkInput(engines: GuardEngines, facts: InputFacts): Promise<readonly GuardCheck[]> {
  const { job, cost, now } = facts;
  const rules = job.guard ?? {};
  const budget = budgetOf({ settings: engines.settings, now });
  return [
    ...(rules.cost === undefined ? [] : [checkCost(rules.cost, cost)]),
    ...(budget === undefined ? [] : [await checkBudget(engines, budget, cost)]),
    ...(await checkModels({ personalize: engines.personalize, now }, rules, facts.versions)),
    ...(await checkPeople(engines, facts)),
  ];
}

async function checkPeople(engines: GuardEngines, facts: InputFacts): Promise<readonly GuardCheck[]> {
  const { job, slot, recipients = 0, isPartial = false } = facts;
  if (job.kind !== 'email' || job.guard === undefined) return [];
  const { recipients: rule, templateErrors } = job.guard;
  const sample = templateErrors === undefined ? undefined : await facts.sample?.();
  return [
    ...(rule === undefined ? [] : await checkRecipients(engines, rule, { job, slot, recipients, isPartial })),
    ...(templateErrors === undefined || sample === undefined
      ? []
      : [await checkTemplate(engines, templateErrors, { ...sample, job })]),
  ];
}
