/** The guards on the sizes of audiences. */
import { countDeliveredMembers } from '../../database/audiences/versions';
import { findEarlierMembers } from '../../database/runs/earlier-slots';
import type { AudienceJob } from '../../job/audience-job';
import type { GuardRules } from '../../job/base-job';
import type { Engines } from '../engines';
import type { GuardCheck } from './check';
import { count, percent } from './recipients';

interface Size {
  /** Of the query. */
  readonly name: string;
  /** Who may be addressed. */
  readonly members: number;
}

/** Of the run whose sizes are checked. */
interface RunOfSizes {
  readonly runId: string;
  readonly slot: string;
}

type Rule = NonNullable<GuardRules['members']>;

/** Checks every audience of a run; each of min, max and change is one guard, whose figure names the audiences that pass it. */
export async function checkMembers(
  { db }: Pick<Engines, 'db'>,
  facts: { readonly job: AudienceJob; readonly run: RunOfSizes; readonly sizes: readonly Size[] },
): Promise<readonly GuardCheck[]> {
  const { job, run, sizes } = facts;
  const { slot } = run;
  const rule = job.guard?.members;
  if (rule === undefined) return [];
  const limits = new Map(listLimits(rule).map(({ guard, limit }) => [guard, limit]));
  const check = (guard: MemberGuard, over: (size: Size) => Found): readonly GuardCheck[] => {
    const limit = limits.get(guard);
    return limit === undefined ? [] : [checkAll({ guard, limit, sizes, over })];
  };
  const { min = 0, max = 0, change = 0, shrink = 0 } = rule;
  const of = { job: job.name, slot, params: job.params };
  const earlier = rule.change === undefined ? undefined : await findEarlierMembers(db, of);
  const delivered =
    rule.shrink === undefined ? new Map<string, number>() : await countDeliveredMembers(db, job.name, run.runId);
  return [
    ...check('members.min', ({ members }) => ({ over: min - members, measure: min - members })),
    ...check('members.max', ({ members }) => ({ over: members - max, measure: members - max })),
    ...check('members.change', (size) => changeOf(size, { change, earlier: earlier?.get(size.name) })),
    ...check('members.shrink', (size) => shrinkOf(size, { shrink, delivered: delivered.get(size.name) })),
  ];
}

export type MemberGuard = 'members.min' | 'members.max' | 'members.change' | 'members.shrink';

/** Writes what the rules allow, in words. */
export function listLimits({
  min,
  max,
  change,
  shrink,
}: Rule): readonly { readonly guard: MemberGuard; readonly limit: string }[] {
  return [
    ...(min === undefined ? [] : [{ guard: 'members.min', limit: `at least ${count(min)} in each audience` } as const]),
    ...(max === undefined ? [] : [{ guard: 'members.max', limit: `at most ${count(max)} in each audience` } as const]),
    ...(change === undefined
      ? []
      : [{ guard: 'members.change', limit: `${percent(change)} more or fewer than in the slot before` } as const]),
    ...(shrink === undefined
      ? []
      : [{ guard: 'members.shrink', limit: `${percent(shrink)} fewer than were delivered last` } as const]),
  ];
}

interface Found {
  /** Above 0 it trips. */
  readonly over: number;
  readonly measure: number;
  /** What is told beside the size. */
  readonly note?: string;
}

/** An audience that the slot before did not have, or that was empty, has nothing to compare. */
function changeOf(
  { members }: Size,
  { change, earlier }: { readonly change: number; readonly earlier: number | undefined },
): Found {
  if (earlier === undefined || earlier === 0) return { over: 0, measure: 0 };
  const changed = Math.abs(members - earlier) / earlier;
  const note = ` after ${count(earlier)}, ${percent(changed)} ${members < earlier ? 'fewer' : 'more'}`;
  return { over: changed - change, measure: changed, note };
}

/** An audience of which nothing was delivered yet has nothing to shrink from. */
function shrinkOf(
  { members }: Size,
  { shrink, delivered = 0 }: { readonly shrink: number; readonly delivered: number | undefined },
): Found {
  if (delivered === 0) return { over: 0, measure: 0 };
  const lost = Math.max(0, (delivered - members) / delivered);
  return { over: lost - shrink, measure: lost, note: ` after ${count(delivered)}, ${percent(lost)} fewer` };
}

const NAMED = 5;

function checkAll(wish: {
  readonly guard: MemberGuard;
  readonly limit: string;
  readonly sizes: readonly Size[];
  readonly over: (size: Size) => Found;
}): GuardCheck {
  const found = wish.sizes.map((size) => ({ ...size, ...wish.over(size) }));
  const wrong = found.filter(({ over }) => over > 0).sort((a, b) => b.measure - a.measure);
  const named = wrong.slice(0, NAMED).map(({ name, members, note = '' }) => `${name} has ${count(members)}${note}`);
  const more = wrong.length > NAMED ? [`and ${wrong.length - NAMED} more`] : [];
  return {
    guard: wish.guard,
    limit: wish.limit,
    figure: wrong.length === 0 ? `${wish.sizes.length} audiences` : [...named, ...more].join(', '),
    trips: wrong.length > 0,
    measure: Math.max(0, ...found.map(({ measure }) => measure)),
  };
}
