/** The guards on the number of recipients of a slot. */
import { findEarlierRecipients } from '../../database/runs/earlier-slots';
import type { GuardRules } from '../../job/base-job';
import type { EmailJob } from '../../job/email-job';
import type { Engines } from '../engines';
import type { GuardCheck } from './check';

interface SlotFacts {
  readonly job: EmailJob;
  readonly slot: string;
  /** Of all runs of the slot. */
  readonly recipients: number;
  /** Of fewer recipients on purpose: then max alone is checked. */
  readonly isPartial: boolean;
}

/** Checks min, max and change, of which the job has any. */
export async function checkRecipients(
  { db }: Pick<Engines, 'db'>,
  rule: NonNullable<GuardRules['recipients']>,
  { job, slot, recipients, isPartial }: SlotFacts,
): Promise<readonly GuardCheck[]> {
  const { max } = rule;
  const { min, change } = isPartial ? {} : rule;
  const figure = count(recipients);
  return [
    ...(min === undefined
      ? []
      : [check('recipients.min', { limit: `at least ${count(min)}`, figure, over: min - recipients })]),
    ...(max === undefined
      ? []
      : [check('recipients.max', { limit: `at most ${count(max)}`, figure, over: recipients - max })]),
    ...(change === undefined
      ? []
      : [
          describeChange(change, {
            recipients,
            earlier: await findEarlierRecipients(db, { job: job.name, slot, params: job.params }),
          }),
        ]),
  ];
}

function describeChange(
  change: number,
  { recipients, earlier }: { readonly recipients: number; readonly earlier: number | undefined },
): GuardCheck {
  const limit = `${percent(change)} more or fewer than in the slot before`;
  const guard = 'recipients.change';
  if (earlier === undefined || earlier === 0) {
    return { guard, limit, figure: `${count(recipients)}, and no slot before it to compare`, trips: false, measure: 0 };
  }
  const changed = Math.abs(recipients - earlier) / earlier;
  const figure = `${count(recipients)} after ${count(earlier)}, ${percent(changed)} ${recipients < earlier ? 'fewer' : 'more'}`;
  return { ...check(guard, { limit, figure, over: changed - change }), measure: changed };
}

function check(
  guard: string,
  { limit, figure, over }: { readonly limit: string; readonly figure: string; readonly over: number },
): GuardCheck {
  return { guard, limit, figure, trips: over > 0, measure: over };
}

/** Writes a number with its thousands. */
export function count(number: number): string {
  return number.toLocaleString('en-US');
}

/** Writes a share with at most one decimal. */
export function percent(share: number): string {
  return `${Number((share * 100).toFixed(1))} %`;
}
