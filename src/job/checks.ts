/** Checks what no single field of a job file can show: fields that exclude or need one another. */

import type { Problem } from '../config/problems';
import { quoteLine } from '../config/quote';
import { createAddressRule } from './address-pattern';
import { checkCombine } from './check-combine';
import { DEFAULT_RESULTS } from './email-schema';

type Fields = Readonly<Record<string, unknown>>;

/** Finds the problems between fields; what is wrong with a field itself is left to the schema. */
export function checkAcross(value: Fields): readonly Problem[] {
  return [
    ...checkStart(value),
    ...checkSegment(value.segment),
    ...checkCombine(value),
    ...checkShow(value),
    ...checkFilter('recommend', value.recommend),
    ...checkFilter('segment', value.segment),
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

function checkFilter(section: 'recommend' | 'segment', fields: unknown): readonly Problem[] {
  if (!isMap(fields) || fields.filterValues === undefined || fields.filter !== undefined) return [];
  const message = `${section}.filterValues is there without ${section}.filter; expected the filter whose placeholders they are for`;
  const fix = `add "filter: unseen" below "${section}:", or remove filterValues`;
  return [{ path: [section, 'filterValues'], part: 'key', message, fix }];
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
  if (queries !== undefined || items !== undefined) return [];
  const message = 'segment.queries is missing; expected queries (of attributes) or items (a list of item ids)';
  const fix = `add ${quoteLine('queries', { coffee: 'ITEMS.CATEGORY = "coffee"' })}`;
  return [{ path: ['segment'], part: 'key', message, fix }];
}

function checkShow({ recommend, content }: Fields): readonly Problem[] {
  const show = isMap(content) ? content.show : undefined;
  const shown = isMap(show) ? show.items : undefined;
  const results = isMap(recommend) ? (recommend.results ?? DEFAULT_RESULTS) : undefined;
  if (isMap(show)) {
    const wrong = checkOrder(show, 'min', 'items') ?? checkOrder(show, 'minPrice', 'maxPrice');
    if (wrong !== undefined) return [wrong];
  }
  if (typeof shown !== 'number' || typeof results !== 'number' || shown <= results) return [];
  const message = `content.show.items is ${shown}; expected at most recommend.results, which is ${results}`;
  const fix = `write "items: ${results}", or buy more with "results: ${shown * 2}" below "recommend:"`;
  return [{ path: ['content', 'show', 'items'], part: 'value', message, fix }];
}

/** The first of two fields of `content.show` may not be greater than the second. */
function checkOrder(show: Fields, low: string, high: string): Problem | undefined {
  const [least, most] = [show[low], show[high]];
  if (typeof least !== 'number' || typeof most !== 'number' || least <= most) return undefined;
  const message = `content.show.${low} is ${least}; expected at most content.show.${high}, which is ${most}`;
  return { path: ['content', 'show', low], part: 'value', message, fix: `write "${low}: ${most}"` };
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
