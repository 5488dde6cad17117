/** Checks what no single field of a job file can show: fields that exclude or need one another. */

import { misspeltName } from '../config/nearest';
import type { Problem } from '../config/problems';
import { quoteLine } from '../config/quote';
import { createAddressRule } from './address-pattern';
import { checkCombine } from './check-combine';
import { checkFilter, checkRecommendations } from './check-recommend';
import { checkSolutions } from './check-solutions';
import { checkWithdraw } from './check-withdraw';
import type { JobNames } from './names';

type Fields = Readonly<Record<string, unknown>>;

interface Surroundings extends Pick<JobNames, 'solutions' | 'recipes'> {
  /** The job's name. */
  readonly job: string;
}

/** Finds the problems between fields; what is wrong with a field itself is left to the schema. */
export function checkAcross(value: Fields, { job, ...names }: Surroundings): readonly Problem[] {
  return [
    ...checkStart(value),
    ...checkSegment(value.segment),
    ...checkSolutions(value, names),
    ...checkCombine(value, job),
    ...checkWithdraw(value, job),
    ...checkRecommendations(value),
    ...checkFilter(value.segment, ['segment']),
    ...checkGuard(value.guard),
    ...checkNotify(value),
    ...checkProof(value.send),
  ];
}

function checkStart({ schedule, after }: Fields): readonly Problem[] {
  if (!isMap(schedule)) return [];
  if (after !== undefined) {
    const message = 'after is there beside schedule; expected one of the two';
    return [{ path: ['after'], part: 'key', message, fix: 'remove after, or the schedule' }];
  }
  if (schedule.missed !== 'skip' || schedule.grace === undefined) return [];
  const message = 'schedule.grace is there beside "missed: skip"; expected it with run-latest or run-all';
  return [{ path: ['schedule', 'grace'], part: 'key', message, fix: 'remove grace, or write "missed: run-latest"' }];
}

function checkSegment(segment: unknown): readonly Problem[] {
  if (!isMap(segment)) return [];
  const { queries, items } = segment;
  if (queries !== undefined && items !== undefined) {
    const message = 'segment has both queries and items; expected one of the two';
    return [
      { path: ['segment', 'items'], part: 'key', message, fix: 'keep queries for attributes, or items for item ids' },
    ];
  }
  const isMisspelt = Object.keys(segment).some((key) => misspeltName(key, ['queries', 'items']) !== undefined);
  if (queries !== undefined || items !== undefined || isMisspelt) return [];
  const message = 'segment.queries is missing; expected queries (of attributes) or items (a list of item ids)';
  const fix = `add ${quoteLine('queries', { coffee: 'ITEMS.CATEGORY = "coffee"' })}`;
  return [{ path: ['segment'], part: 'key', message, fix }];
}

function checkGuard(guard: unknown): readonly Problem[] {
  const recipients = isMap(guard) ? guard.recipients : undefined;
  if (!isMap(recipients)) return [];
  const { min, max } = recipients;
  if (typeof min !== 'number' || typeof max !== 'number' || min <= max) return [];
  const message = `guard.recipients.min is ${min}; expected at most guard.recipients.max, which is ${max}`;
  return [{ path: ['guard', 'recipients', 'min'], part: 'value', message, fix: `write "min: ${max}"` }];
}

/** Outside production the proof of a job that is kept to some addresses would otherwise reach another one. */
function checkProof(send: unknown): readonly Problem[] {
  if (!isMap(send) || !isMap(send.proof)) return [];
  const allowed = textsOf(send.onlyTo);
  if (send.onlyTo === undefined || allowed.length === 0) return [];
  const mayBeSent = createAddressRule(allowed);
  return textsOf(send.proof.to).flatMap((address, index): Problem[] => {
    if (mayBeSent(address)) return [];
    const message = 'send.proof.to has an address that is not among send.onlyTo';
    return [{ path: ['send', 'proof', 'to', index], part: 'value', message, fix: 'add it to onlyTo' }];
  });
}

function checkNotify({ notify, schedule }: Fields): readonly Problem[] {
  const late = isMap(notify) ? notify.late : undefined;
  if (!isMap(notify) || !isMap(late)) return [];
  const { by, within } = late;
  const path = ['notify', 'late'];
  if ((by === undefined) === (within === undefined)) {
    const has = by === undefined ? 'neither by nor within' : 'both by and within';
    const fix = 'write "late: { by: "06:00" }", or "late: { within: 4h }"';
    return [{ path, part: 'key', message: `notify.late has ${has}; expected one of the two`, fix }];
  }
  if (by !== undefined && schedule === undefined) {
    const message = 'notify.late.by is there without a schedule; expected it beside the time zone of one';
    return [{ path: [...path, 'by'], part: 'key', message, fix: 'write "within: 4h": from the start of the run on' }];
  }
  if (!Array.isArray(notify.on) || notify.on.includes('late')) return [];
  const message = 'notify.on does not have late, and notify.late is there; expected both or none';
  return [{ path: ['notify', 'on'], part: 'value', message, fix: 'add late to the list, or remove notify.late' }];
}

function textsOf(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((text) => typeof text === 'string') : [];
}

function isMap(value: unknown): value is Fields {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
