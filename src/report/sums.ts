/** Checks that the counts of a report add up. */
import { formatCount } from './figures';
import type { FormatSummary, RunSummary, Tally } from './summary';

/** The ledger states in the order in which reports show them: what ended well, what ended, what is open. */
export const DELIVERY_STATES = [
  'accepted',
  'excluded',
  'refused',
  'dropped',
  'deferred',
  'planned',
  'claimed',
  'unknown',
] as const;

const FINDINGS_KEPT = 20;

/** Lists what does not add up, a sentence each; empty where all is right. */
export function sumsAddUp(summary: RunSummary): readonly string[] {
  return [...checkDeliveries(summary), ...checkAudiences(summary), ...checkOutput(summary), ...checkCost(summary)];
}

function checkDeliveries({
  contacts,
  chosen,
  deliveries,
  excluded,
  refused,
  dropped,
  kind,
}: RunSummary): readonly string[] {
  if (kind !== 'email') return [];
  if (deliveries === undefined || chosen === undefined) return ['an e-mail run has no counts of deliveries'];
  const inStates = DELIVERY_STATES.reduce((sum, state) => sum + deliveries[state], 0);
  return [
    ...differ('the eight states', inStates, { name: 'chosen', count: chosen }),
    ...differ('the reasons of exclusion', total(excluded), { name: 'excluded', count: deliveries.excluded }),
    ...differ('the reasons of refusal', total(refused), { name: 'refused', count: deliveries.refused }),
    ...differ('the reasons of dropping', total(dropped), { name: 'dropped', count: deliveries.dropped }),
    ...(contacts === undefined
      ? []
      : differ('those chosen and left out', chosen + total(contacts.leftOut), {
          name: 'considered',
          count: contacts.considered,
        })),
  ];
}

function checkAudiences({ audiences }: RunSummary): readonly string[] {
  return (audiences ?? []).flatMap(({ name, segmentUsers, members, leftOut, formats, parts }) => [
    ...differ(`members and left out of ${name}`, members + total(leftOut), {
      name: 'users in the segment',
      count: segmentUsers,
    }),
    ...(parts === undefined
      ? []
      : differ(`the members of the parts of ${name}`, total(parts.map((part) => ({ ...part, count: part.members }))), {
          name: 'its members',
          count: members,
        })),
    ...(formats ?? []).flatMap((format) => checkFormat(`${name} for ${format.name}`, format, members)),
  ]);
}

function checkFormat(what: string, { considered, people, leftOut }: FormatSummary, members: number): readonly string[] {
  const tooMany = considered > members ? [`members considered of ${what} are more than its members`] : [];
  const wanted = { name: 'considered', count: considered };
  return [...tooMany, ...differ(`people and left out of ${what}`, people + total(leftOut), wanted)];
}

function checkOutput({ output }: RunSummary): readonly string[] {
  const errors = total(output.errorLines);
  const findings = Math.min(output.brokenLines, FINDINGS_KEPT);
  return [
    ...(errors > output.lines ? [`lines with an error are ${errors}, more than the ${output.lines} lines`] : []),
    ...differ('the findings', output.findings.length, { name: 'broken lines (at most 20 are kept)', count: findings }),
  ];
}

function checkCost({ batchJobs, cost }: RunSummary): readonly string[] {
  const amounts = batchJobs.filter(({ reused }) => !reused).map((job) => job.cost.amount);
  const known = amounts.flatMap((amount) => (amount === undefined ? [] : [amount]));
  if (known.length < amounts.length)
    return cost.amount === undefined ? [] : ['the cost is known, and that of a batch job is not'];
  const sum = known.reduce((all, amount) => all + amount, 0);
  if (cost.amount !== undefined && Math.abs(sum - cost.amount) < 1e-9 * Math.max(1, sum)) return [];
  return [`the batch jobs cost ${sum} together, and the run ${cost.amount ?? 'an unknown amount'}`];
}

function differ(what: string, sum: number, wanted: Tally): readonly string[] {
  return sum === wanted.count
    ? []
    : [`${what} are ${formatCount(sum)}, and ${wanted.name} is ${formatCount(wanted.count)}`];
}

function total(tallies: readonly Tally[] | undefined): number {
  return (tallies ?? []).reduce((sum, { count }) => sum + count, 0);
}
