/** Prints the summary of a run for people, in 80 columns. */
import { formatMoney, type Money } from '../units';
import { listAudienceNotes } from './audience-notes';
import { countOf, durationOf, formatBytes, formatCount, formatDuration, formatTime, formatValue } from './figures';
import { listTallies, row, wrap } from './labelled';
import { nameMissingPrice } from './missing-price';
import { formatProof } from './proof-line';
import type { Artefact, BatchJobSummary, DeliveryCounts, RunSummary, Tally } from './summary';
import { DELIVERY_STATES, sumsAddUp } from './sums';
import { describeAudience, describeQuery, listFiles } from './text-audiences';

const FINDINGS_SHOWN = 5;

/** Tells where the whole of it stands, so that the files need not be listed one by one. */
export interface ShortForm {
  /** URI or path of the HTML report. */
  readonly report: string;
}

/**
 * Prints a run: what became of everyone, what was read, what it cost and what it made; no final newline. In its short form
 * files are counted, not listed.
 */
export function formatReport(summary: RunSummary, short?: ShortForm): string {
  return [
    `${summary.run}  ${summary.state} after ${formatDuration(durationOf(summary))}`,
    ...wrap(summary.about),
    '',
    ...describeWish(summary),
    ...describePeople(summary),
    ...describeOutput(summary),
    ...describeShown(summary),
    ...describeMoney(summary),
    ...row(
      'time',
      summary.stages.map(({ stage, milliseconds }) => `${stage} ${formatDuration(milliseconds)}`).join(', '),
    ),
    ...listFiles(summary),
    ...listAudienceNotes(summary).flatMap(({ tone, text }) => row(tone === 'warning' ? 'WARNING' : 'NOTE', text)),
    ...(short === undefined ? describeArtefacts(summary.artefacts) : countArtefacts(summary, short)),
    ...sumsAddUp(summary).flatMap((problem) => row('does not add up', problem)),
    ...(summary.next === undefined ? [] : row('next', summary.next)),
  ].join('\n');
}

function describeWish({ params, limit, requestedBy }: RunSummary): readonly string[] {
  return [
    ...(requestedBy === undefined ? [] : row('asked for by', requestedBy)),
    ...(params ?? []).flatMap(({ name, value }, index) =>
      row(index === 0 ? 'params' : '', `${name} = ${formatValue(value)}`),
    ),
    ...(limit === undefined ? [] : row('limit', `the first ${countOf(limit, 'recipient')}`)),
  ];
}

function describePeople({
  contacts,
  membersOf,
  chosen,
  deliveries,
  audiences,
  ...summary
}: RunSummary): readonly string[] {
  const reasons = { excluded: summary.excluded, refused: summary.refused, dropped: summary.dropped };
  return [
    ...(contacts === undefined ? [] : row('contacts', `${formatCount(contacts.considered)} considered`)),
    ...(membersOf === undefined ? [] : row('', `the members of ${membersOf.name}, found by ${membersOf.run}`)),
    ...(contacts === undefined ? [] : listTallies(contacts.leftOut, 'left out: ')),
    ...(deliveries === undefined ? [] : row('chosen', countOf(chosen ?? 0, 'recipient'))),
    ...(deliveries === undefined ? [] : describeDeliveries(deliveries, reasons)),
    ...(summary.onlyTo ?? []).flatMap(describeRestriction),
    ...(summary.proof === undefined ? [] : row('proof', formatProof(summary.proof))),
    ...(summary.queries ?? []).flatMap(describeQuery),
    ...(audiences ?? []).flatMap(describeAudience),
  ];
}

function describeRestriction({
  by,
  patterns,
  isInForce,
}: NonNullable<RunSummary['onlyTo']>[number]): readonly string[] {
  const whose = by === 'run' ? 'this run alone' : `send.onlyTo, ${isInForce ? 'no' : 'NOT IN FORCE:'} production`;
  return row('only to', `${patterns.join(', ')} (${whose})`);
}

type Reasons = Readonly<Record<string, readonly Tally[] | undefined>>;

function describeDeliveries(deliveries: DeliveryCounts, reasons: Reasons): readonly string[] {
  const states = DELIVERY_STATES.filter((state) => deliveries[state] > 0 || state === 'accepted');
  return states.flatMap((state, index) => [
    ...row(index === 0 ? 'e-mails' : '', `${formatCount(deliveries[state]).padStart(9)}  ${state}`),
    ...listTallies(reasons[state] ?? [], '  '),
  ]);
}

function describeShown({ shown }: RunSummary): readonly string[] {
  if (shown === undefined) return [];
  const { fromFallback, skipped } = shown;
  return [
    ...row(
      'items shown',
      fromFallback === 0 ? 'none from the fallback' : `${countOf(fromFallback, 'place')} filled from the fallback`,
    ),
    ...listTallies(skipped, 'passed over: '),
  ];
}

function describeOutput({ output }: RunSummary): readonly string[] {
  const { objects, lines, errorLines, brokenLines, findings, unknownItems, fallback } = output;
  return [
    ...row('output', `${countOf(lines, 'line')} in ${countOf(objects, 'object')}, ${formatCount(brokenLines)} broken`),
    ...listTallies(errorLines, 'error: '),
    ...(unknownItems === 0 ? [] : row('', `${countOf(unknownItems, 'unknown item')} skipped`)),
    ...(fallback === 0 ? [] : row('', `${countOf(fallback, 'recipient')} with popular items instead`)),
    ...findings
      .slice(0, FINDINGS_SHOWN)
      .flatMap((found) => row('', `${found.object} line ${found.line} (byte ${found.byteOffset}): ${found.reason}`)),
    ...(brokenLines > FINDINGS_SHOWN
      ? row('', `and ${countOf(brokenLines - FINDINGS_SHOWN, 'more broken line')}`)
      : []),
  ];
}

function describeMoney({ batchJobs, cost, estimate, approvals, avoided, pricesAsOf }: RunSummary): readonly string[] {
  const prices =
    cost.amount === undefined ? nameMissingPrice(batchJobs) : `prices of ${pricesAsOf ?? 'an unknown date'}`;
  return [
    ...batchJobs.flatMap((job) => [...row('batch job', job.name), ...row('', describeBatchJob(job))]),
    ...row('cost', `${formatMoney(cost)} (${prices})`),
    ...(estimate === undefined ? [] : row('estimated', describeEstimate(estimate, cost))),
    ...(approvals ?? []).flatMap(({ guard, figure, limit, by, at }) =>
      row('approved', `${guard}: ${figure}; allowed: ${limit}; by ${by}, ${formatTime(at)}`),
    ),
    ...(avoided.rows === 0
      ? []
      : row('avoided', `${countOf(avoided.rows, 'row')} not bought, ${formatMoney(avoided.cost)}`)),
  ];
}

function describeEstimate(estimate: Money, cost: Money): string {
  if (estimate.amount === undefined || cost.amount === undefined) return formatMoney(estimate);
  const more = cost.amount - estimate.amount;
  const difference = { amount: Math.abs(more), currency: cost.currency };
  const isSame = Math.abs(more) < 1e-9 || cost.currency !== estimate.currency;
  return `${formatMoney(estimate)}${isSame ? '' : `, ${formatMoney(difference)} ${more > 0 ? 'less than it cost' : 'more than it cost'}`}`;
}

function describeBatchJob({ kind, state, lines, reused, cost, sections = [] }: BatchJobSummary): string {
  const price = reused ? 'bought before' : `cost ${formatMoney(cost)}`;
  const whatFor = sections.length === 0 ? '' : `, for ${sections.join(', ')}`;
  return `${kind}, ${countOf(lines, 'line')}, ${state}, ${price}${whatFor}`;
}

function countArtefacts({ run, artefacts }: RunSummary, { report }: ShortForm): readonly string[] {
  const all = `${countOf(artefacts.length, 'file')}, with SHA-256: nightjar runs show ${run}`;
  return [...row('report', report), ...(artefacts.length === 0 ? [] : row('artefacts', all))];
}

function describeArtefacts(artefacts: readonly Artefact[]): readonly string[] {
  return artefacts.flatMap(({ kind, name, uri, rows, bytes, sha256 }, index) => {
    const size = `${rows === undefined ? '' : `${countOf(rows, 'row')}, `}${formatBytes(bytes)}`;
    return [...row(index === 0 ? 'artefacts' : '', `${kind} ${name}, ${size}`), `    ${uri}`, `    sha256 ${sha256}`];
  });
}
