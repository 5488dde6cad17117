/** Prints an estimate for people. */
import { countOf, formatCount } from '../report/figures';
import type { Estimate, EstimateSum, JobEstimate } from '../run/estimate';
import { formatMoney, type Money } from '../units';

/** The tariffs of the settings, with what each is the price of. */
const TARIFFS = [
  ['inferencePer1000', '1,000 users scored'],
  ['segmentPer1000', '1,000 users returned by segments'],
  ['themesPer1000', '1,000 items with themes'],
  ['trainingHour', 'a training hour'],
  ['ingestionGb', 'a GB of data imported'],
  ['realTime', 'a TPS-hour of campaigns'],
  ['recommenders', '1,000 users a month of recommenders'],
] as const;

/** Several lines, no final newline. */
export function formatEstimate(estimate: Estimate): string {
  const { days, jobs, next, all } = estimate;
  if (jobs.length === 0) return 'no jobs: write one in jobs/';
  const table = [
    ['job', 'next run', 'lines', 'cost', `next ${days} days`],
    ...jobs.map(describeJob),
    ['in all', '', '', describeSum(next), describeSum(all)],
  ];
  return [
    ...alignColumns(table),
    ...jobs.flatMap(describeRemarks),
    '',
    ...describePrices(estimate),
    ...describeBudget(estimate),
    'batch jobs alone: training, imports and real time are not in it',
  ].join('\n');
}

function describeJob({ job, next, runs, cost }: JobEstimate): readonly string[] {
  if (next === undefined) return [job, 'not known', '', '', ''];
  const month = next.at === undefined ? 'nothing starts it' : `${countOf(runs, 'run')}, ${formatMoney(cost)}`;
  return [job, next.slot, formatCount(next.lines), formatMoney(next.cost), month];
}

function describeRemarks({ job, next, error }: JobEstimate): readonly string[] {
  return [
    ...(error === undefined ? [] : [`${job}: ${error.message} (${error.code})`]),
    ...(next === undefined || next.trips.length === 0 ? [] : [`${job} would pause for: ${next.trips.join(', ')}`]),
  ];
}

function describeSum({ known, unknown }: EstimateSum): string {
  return unknown.length === 0 ? formatMoney(known) : `${formatMoney(known)} and what is unknown`;
}

function describePrices({ prices, region }: Estimate): readonly string[] {
  if (prices === undefined) return [`prices: none are set for ${region}`];
  const { asOf, source, currency } = prices;
  return [
    `prices: ${region}, as of ${asOf}${source === null ? '' : `; ${source}`}`,
    ...TARIFFS.map(([tariff, what]) => `  ${what}: ${writePrice(prices[tariff], currency)}`),
  ];
}

function writePrice(price: number | null, currency: string): string {
  return price === null ? 'unknown' : formatMoney({ amount: price, currency });
}

function describeBudget({ budget }: Estimate): readonly string[] {
  if (budget === undefined) return [];
  const { limit, spent, unpriced } = budget;
  const money = (amount: number): Money => ({ amount, currency: limit.currency });
  const more = unpriced === 0 ? '' : `, and ${countOf(unpriced, 'batch job')} of unknown cost`;
  const left = money(Math.max(0, (limit.amount ?? 0) - spent));
  return [
    `budget: ${formatMoney(limit)} a month; ${formatMoney(money(spent))} spent${more}, ${formatMoney(left)} left`,
  ];
}

/** Numbers stand to the right. */
function alignColumns(table: readonly (readonly string[])[]): readonly string[] {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => row[column]?.length ?? 0)));
  return table.map((row) =>
    row
      .map((cell, column) => (column === 2 ? cell.padStart(widths[column] ?? 0) : cell.padEnd(widths[column] ?? 0)))
      .join('  ')
      .trimEnd(),
  );
}
