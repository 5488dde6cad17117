/** Prints a plan for people, in 80 columns. */
import { formatMoney } from '../units';
import { printParam } from './param-values';
import type {
  AudiencePlan,
  EmailPlan,
  Plan,
  PlannedAudience,
  PlannedBatchJob,
  PlannedFilter,
  PlannedGuard,
} from './plan';
import { listChoice, listNotes } from './plan-choice-text';

const LABEL_WIDTH = 14;

/** Prints what a run would do; several lines, no final newline. */
export function formatPlan(plan: Plan): string {
  return [
    `${plan.job} for ${plan.slot}: ${plan.about}`,
    '',
    ...listParams(plan.params),
    ...(plan.kind === 'email' ? listRecipients(plan) : listQueries(plan)),
    row('batch job', describeBatchJob(plan.batchJob)),
    ...(plan.batchJob.name === undefined ? [] : [row('', plan.batchJob.name)]),
    row('', plan.batchJob.solutionVersion),
    ...(plan.kind === 'email' ? listSectionJobs(plan) : []),
    ...listFilter(plan.filter),
    row('cost', describeCost(plan)),
    ...(plan.kind === 'email' && plan.avoided.rows > 0 ? [row('avoided', describeAvoided(plan))] : []),
    ...(plan.guards ?? []).flatMap(listGuard),
    ...(plan.kind === 'email' ? listProof(plan) : []),
    ...(plan.kind === 'email' ? listNotes(plan).map(([label, text]) => row(label, text)) : []),
    ...(plan.kind === 'email' && plan.warning !== undefined ? [row('WARNING', plan.warning)] : []),
    '',
    'nothing was changed, bought or sent',
  ].join('\n');
}

function listRecipients({ considered, recipients, leftOut, ...plan }: EmailPlan): readonly string[] {
  const width = Math.max(
    ...[recipients, ...leftOut.map(({ count }) => count)].map((count) => formatCount(count).length),
  );
  return [
    row(
      'recipients',
      `${formatCount(recipients)} of ${formatCount(considered)} ${plan.audience === undefined ? 'contacts' : 'members'}`,
    ),
    ...(plan.audience === undefined ? [] : listAudience(plan.audience)),
    ...(plan.limit === undefined ? [] : [row('', `the first ${formatCount(plan.limit)}, as --limit says`)]),
    ...leftOut.map(({ name, count }, index) =>
      row(index === 0 ? 'left out' : '', `${formatCount(count).padStart(width)}  ${name.replaceAll('_', ' ')}`),
    ),
    ...(plan.examples === undefined || plan.examples.length === 0 ? [] : [row('such as', plan.examples.join(', '))]),
    ...(plan.onlyTo ?? []).flatMap(({ by, patterns, isInForce }) => [
      row('only to', patterns.join(', ')),
      ...(isInForce && by === 'job' ? [row('', 'send.onlyTo, as this is no production')] : []),
      ...(isInForce ? [] : [row('', 'send.onlyTo, NOT IN FORCE: this is production')]),
    ]),
  ];
}

function listAudience({ name, run, finishedAt, ageMs }: PlannedAudience): readonly string[] {
  const hours = Math.floor(ageMs / 3_600_000);
  const age = hours < 48 ? countOf(hours, 'hour', 'hours') : countOf(Math.floor(hours / 24), 'day', 'days');
  return [row('', `of ${name}, as ${run} has found them`), row('', `${age} old: ${finishedAt.slice(0, 16)}Z`)];
}

function listParams(params: Plan['params']): readonly string[] {
  return Object.entries(params ?? {}).map(([name, value], index) =>
    row(index === 0 ? 'params' : '', `${name} = ${printParam(value)}`),
  );
}

function listQueries(plan: AudiencePlan): readonly string[] {
  const { queries, users, formats, to } = plan;
  const label = plan.audiences === undefined ? 'audiences' : 'queries';
  const width = Math.max(0, ...queries.map(({ name }) => name.length));
  return [
    ...queries.flatMap(({ name, query, note }, index) => [
      row(index === 0 ? label : '', `${name.padEnd(width)}  ${query}`),
      ...(note === undefined ? [] : [row('', `${' '.repeat(width)}  NOTE: ${note}`)]),
    ]),
    ...listChoice(plan).map(([label, text]) => row(label, text)),
    row('users', `at most ${formatCount(users)} for each`),
    row('files', `${formats.join(', ')} below ${to}`),
    ...(plan.change === undefined ? [] : [row('', describeChange(plan.change))]),
    ...(plan.deliver === undefined ? [] : [row('deliver to', plan.deliver.join(', '))]),
    ...listNotes(plan).map(([label, text]) => row(label, text)),
  ];
}

function describeChange({ files, fullEvery }: NonNullable<AudiencePlan['change']>): string {
  const what = files === 'both' ? 'whole, and what has changed' : 'what has changed';
  return `${what}${fullEvery === undefined ? '' : `; whole every ${fullEvery} times`}`;
}

function listFilter(filter: PlannedFilter | undefined): readonly string[] {
  if (filter === undefined) return [];
  const width = Math.max(0, ...filter.values.map(({ name }) => name.length));
  return [
    row('filter', filter.arn),
    ...filter.values.map(({ name, value }) => row('', `$${name.padEnd(width)}  ${value}`)),
  ];
}

function listSectionJobs({ sharedBy = [], sectionJobs = [] }: EmailPlan): readonly string[] {
  return [
    ...(sharedBy.length === 0 ? [] : [row('', `also for ${sharedBy.join(', ')}`)]),
    ...sectionJobs.flatMap(({ sections, ...job }) => [
      row('and', `${describeBatchJob(job)}, for ${sections.join(', ')}`),
      ...(job.name === undefined ? [] : [row('', job.name)]),
      row('', job.solutionVersion),
    ]),
  ];
}

function describeBatchJob({ kind, lines, parts, reused, of }: PlannedBatchJob): string {
  if (lines === 0) return of === 'items' ? 'none: nobody has bought anything' : 'none: nobody is left';
  const what =
    of === 'items'
      ? `what goes with ${countOf(lines, 'item', 'items')}`
      : kind === 'inference'
        ? `${formatCount(lines)} users to score`
        : countOf(lines, 'query', 'queries');
  const jobs = countOf(parts, `${kind} job`, `${kind} jobs`);
  return reused ? `none: an equal one was bought before (${what})` : `${jobs}, ${what}`;
}

function describeCost({ cost, pricesAsOf, ...plan }: Plan): string {
  const jobs = [plan.batchJob, ...((plan.kind === 'email' ? plan.sectionJobs : undefined) ?? [])];
  if (jobs.every(({ reused }) => reused)) return 'nothing';
  if (cost.amount === undefined) {
    const of = jobs.some(({ hasThemes }) => hasThemes) ? 'for themes ' : '';
    return `unknown: no price ${of}is set for this region`;
  }
  return `${formatMoney(cost)}${pricesAsOf === undefined ? '' : ` (prices of ${pricesAsOf})`}`;
}

function describeAvoided({ avoided }: EmailPlan): string {
  return `${countOf(avoided.rows, 'row', 'rows')} not bought, ${formatMoney(avoided.cost)}`;
}

function listGuard({ guard, limit, figure, outcome }: PlannedGuard, index: number): readonly string[] {
  const label = index === 0 ? 'guards' : '';
  if (outcome === 'later') return [row(label, `${guard}: ${limit}; checked when Personalize has answered`)];
  return [
    row(label, `${guard} ${outcome === 'trips' ? 'WOULD PAUSE THE RUN' : 'passes'}`),
    row('', `  ${figure ?? ''}; allowed: ${limit}`),
  ];
}

function listProof({ proof }: EmailPlan): readonly string[] {
  if (proof === undefined) return [];
  const { to, samples, hold } = proof;
  return [
    row('proof', `the e-mails of ${countOf(samples, 'person', 'people')} first, to ${to.join(', ')}`),
    row(
      '',
      hold === undefined
        ? 'then it waits for a person'
        : `then it waits ${formatCount(hold / 60_000)} min, or for a person`,
    ),
  ];
}

function countOf(count: number, one: string, many: string): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function row(label: string, text: string): string {
  return `  ${label.padEnd(LABEL_WIDTH)}${text}`.trimEnd();
}

function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}
