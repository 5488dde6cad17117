/** Writes what an examination found: as a text for people, and as the exit code. */
import type { ExitCode } from '../../errors';
import type { Denial } from './denial';
import type { EngineName, Finding, Status } from './finding';
import type { Policies } from './policies';

/** What an examination found, by status. */
export type Counts = Readonly<Record<Status, number>>;

/** Counts the findings by status. */
export function countFindings(findings: readonly Finding[]): Counts {
  const counts = { ok: 0, warning: 0, failed: 0, skipped: 0 };
  for (const { status } of findings) counts[status] += 1;
  return counts;
}

/** 5 where an engine failed, 3 where only what this machine is given is wrong, else 0. */
export function exitCodeOf(findings: readonly Finding[]): ExitCode {
  const failed = findings.filter(({ status }) => status === 'failed');
  if (failed.length === 0) return 0;
  return failed.every(({ engine, check }) => engine === 'settings' || check === 'secret') ? 3 : 5;
}

/** Formats the findings, each engine under its name. */
export function formatFindings(findings: readonly Finding[]): string {
  const engines: EngineName[] = [...new Set(findings.map(({ engine }) => engine))];
  const told = new Set<string>();
  const width = Math.max(...findings.map(({ check }) => check.length));
  const lines = engines.flatMap((engine) => [
    engine,
    ...findings.filter((one) => one.engine === engine).flatMap((one) => formatFinding(one, width, told)),
    '',
  ]);
  return [...lines, formatCounts(findings)].join('\n');
}

const INDENT = ' '.repeat(11);

function formatFinding(finding: Finding, width: number, told: Set<string>): string[] {
  const { status, check, ms, detail, fix, denials = [] } = finding;
  const time = `${ms} ms`.padStart(8);
  return [
    `  ${status.padEnd(8)} ${check.padEnd(width)} ${time}  ${detail}`,
    ...(fix === undefined ? [] : [`${INDENT}fix: ${fix}`]),
    ...denials.filter(({ deniedBy }) => deniedBy === undefined).flatMap((denial) => formatDenial(denial, told)),
  ];
}

/** A statement is printed once, however many calls it allows. */
function formatDenial({ statement, caller, action }: Denial, told: Set<string>): string[] {
  const text = JSON.stringify(statement, null, 2);
  const whose = caller === undefined ? 'the identity that nightjar calls AWS with' : caller;
  if (told.has(text)) return [`${INDENT}fix: the statement above that allows ${action}`];
  told.add(text);
  return [
    `${INDENT}fix: add this statement to the policy of ${whose}`,
    ...text.split('\n').map((line) => `${INDENT}${line}`),
  ];
}

function formatCounts(findings: readonly Finding[]): string {
  const counts = countFindings(findings);
  const seconds = findings.reduce((sum, { ms }) => sum + ms, 0) / 1000;
  const words = (['ok', 'warning', 'failed', 'skipped'] as const)
    .filter((status) => status === 'ok' || counts[status] > 0)
    .map((status) => `${counts[status]} ${status === 'warning' && counts[status] > 1 ? 'warnings' : status}`);
  return `${words.join(', ')} in ${seconds.toFixed(1)} s`;
}

/** Formats the policies that can't be seen from here, to be compared by eye. */
export function formatUnseen({ serviceRoleTrust, serviceRole, bucket, key }: Policies): string {
  const parts: readonly (readonly [string, object | null])[] = [
    ['trust policy of aws.roleArn', serviceRoleTrust],
    ['policy of aws.roleArn', serviceRole],
    ['policy of the bucket', bucket],
    ['statement in the policy of aws.kmsKeyArn', key],
  ];
  return parts
    .flatMap(([title, policy]) => (policy === null ? [] : [`${title}\n${JSON.stringify(policy, null, 2)}`]))
    .join('\n\n');
}
