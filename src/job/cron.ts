/** Checks the five fields of a cron expression. When they next fire belongs to the scheduler. */

interface CronField {
  readonly name: string;
  readonly min: number;
  readonly max: number;
  readonly names: readonly string[];
}

const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];
const DAYS = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat'];

const FIELDS: readonly CronField[] = [
  { name: 'minute', min: 0, max: 59, names: [] },
  { name: 'hour', min: 0, max: 23, names: [] },
  { name: 'day of the month', min: 1, max: 31, names: [] },
  { name: 'month', min: 1, max: 12, names: MONTHS },
  { name: 'day of the week', min: 0, max: 7, names: DAYS },
];

const PART = /^(?:\*|(?<from>\w+)(?:-(?<to>\w+))?)(?:\/(?<step>\d+))?$/;

/**
 * Explains what is wrong with a cron expression of five fields: minute, hour, day of the month, month, day of the week;
 * each `*`, numbers, ranges `1-5`, steps `0-59/15`, lists by comma; months and days also as `jan`, `mon`.
 *
 * @returns what was expected, for a message; undefined where nothing is wrong
 */
export function explainCron(text: string): string | undefined {
  const values = text.trim().split(/\s+/);
  if (values.length !== FIELDS.length) return 'five fields: minute, hour, day of the month, month, day of the week';
  const wrong = FIELDS.find((field, index) => !(values[index] ?? '').split(',').every((part) => isPart(part, field)));
  return wrong === undefined ? undefined : `${wrong.min} to ${wrong.max}, ranges, steps or * for the ${wrong.name}`;
}

function isPart(part: string, field: CronField): boolean {
  const groups = PART.exec(part)?.groups;
  if (groups === undefined) return false;
  if (groups.step !== undefined && !(Number(groups.step) >= 1 && Number(groups.step) <= field.max)) return false;
  if (groups.from === undefined) return true;
  const from = readCronValue(groups.from, field);
  const to = groups.to === undefined ? from : readCronValue(groups.to, field);
  return from !== undefined && to !== undefined && from <= to;
}

function readCronValue(text: string, { min, max, names }: CronField): number | undefined {
  const index = names.indexOf(text.toLowerCase());
  if (index >= 0) return index + min;
  const value = /^\d+$/.test(text) ? Number(text) : Number.NaN;
  return value >= min && value <= max ? value : undefined;
}
