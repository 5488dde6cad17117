/** Tells the results of rounds: one line each, everything about a failure, and a table of all. */
import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { INVARIANTS } from './invariants';
import { WORLDS } from './plan';
import type { RoundResult } from './round';

const TAIL_LINES = 25;

/** One line. */
export function describeRound({ plan, seconds, violations, driven, facts }: RoundResult): string {
  const counts = countNames((facts?.ledger ?? []).map((row) => row.state));
  const ledger = [...counts].map(([state, count]) => `${count} ${state}`).join(' ');
  const parts = [
    violations.length === 0 ? 'ok  ' : 'FAIL',
    `seed ${plan.seed}`.padEnd(10),
    plan.world.padEnd(8),
    `${seconds.toFixed(1)} s`.padStart(7),
    plan.unknown.padEnd(6),
    ledger,
    `| ${driven?.fallen.join(' ') ?? ''}`,
    ...((driven?.resolved ?? 0) > 0 ? [`| ${driven?.resolved} resolved`] : []),
    ...((driven?.reopened ?? 0) > 0 ? [`| ${driven?.reopened} reopened`] : []),
    ...((driven?.resumed.length ?? 0) > 0 ? [`| resumed after ${driven?.resumed.join(', ')}`] : []),
  ];
  return parts.join('  ');
}

/** Everything that a person needs who looks for the cause. */
export function describeFailure({ plan, violations, timeline, folder }: RoundResult): string {
  const logs = readdirSync(folder).filter((file) => file.endsWith('.log'));
  const tail = (file: string) =>
    readFileSync(path.join(folder, file), 'utf8').trimEnd().split('\n').slice(-TAIL_LINES).join('\n');
  return [
    `violated in the round of seed ${plan.seed}:`,
    ...violations.map((one) => `  ${one}`),
    'plan:',
    JSON.stringify(plan),
    'timeline (seconds):',
    ...timeline,
    ...logs.map((file) => `end of ${file}:\n${tail(file)}`),
    `kept: ${folder}`,
    `again: npm run faults -- --seed ${plan.seed} --world ${plan.world} --verbose`,
  ].join('\n');
}

/** A page of Markdown: rounds by world, what was struck how often, and the invariants. */
export function formatResults(results: readonly RoundResult[]): string {
  const violations = results.flatMap((result) => result.violations);
  const blows = countNames(results.flatMap((result) => result.driven?.fallen ?? []));
  const aws = countOutcomes(results);
  const smtp = countNames(results.flatMap((result) => result.plan.smtp.map((one) => `${one.how.kind} at ${one.at}`)));
  const seeds = results.map((result) => result.plan.seed);
  return [
    '# Rounds of faults',
    '',
    `Written by \`npm run faults\`. Seeds ${Math.min(...seeds)} to ${Math.max(...seeds)}; \`npm run faults -- --seed N\` replays one. Each round sends an e-mail job and writes an audience job on two workers.`,
    '',
    ...table(
      ['world', 'rounds', 'with violations', 'seconds a round'],
      WORLDS.flatMap((world) => describeWorld(results, world)),
    ),
    ...table(
      ['struck', 'times'],
      [...blows].sort().map(([name, count]) => [name, String(count)]),
    ),
    ...table(
      ['fault of a call to AWS', 'rounds'],
      [...aws].sort().map(([name, count]) => [name, String(count)]),
    ),
    ...table(
      ['misbehaviour of the mail server', 'planned'],
      [...smtp].sort().map(([name, count]) => [name, String(count)]),
    ),
    ...table(
      ['invariant', 'violations'],
      INVARIANTS.map((name) => [name, String(violations.filter((one) => one.startsWith(`${name}:`)).length)]),
    ),
  ].join('\n');
}

function describeWorld(results: readonly RoundResult[], world: string): readonly (readonly string[])[] {
  const own = results.filter((result) => result.plan.world === world);
  if (own.length === 0) return [];
  const seconds = own.reduce((sum, result) => sum + result.seconds, 0) / own.length;
  return [
    [
      world,
      String(own.length),
      String(own.filter((result) => result.violations.length > 0).length),
      seconds.toFixed(1),
    ],
  ];
}

function table(header: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(header), line(header.map(() => '---')), ...rows.map(line), ''];
}

/** What calls ended with; a local AWS that was killed has forgotten what it had counted. */
function countOutcomes(results: readonly RoundResult[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const [operation, call] of results.flatMap((result) => Object.entries(result.facts?.calls ?? {}))) {
    for (const [outcome, count] of Object.entries(call.outcomes)) {
      const name = `${operation}: ${outcome}`;
      if (outcome !== 'ok') counts.set(name, (counts.get(name) ?? 0) + count);
    }
  }
  return counts;
}

function countNames(names: readonly string[]): ReadonlyMap<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return counts;
}
