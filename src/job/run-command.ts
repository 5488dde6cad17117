/** Writes the command that runs a job, to be pasted into a shell. */
import { maskText } from '../config/quote';

export interface RunCommand {
  readonly job: string;
  readonly slot?: string | undefined;
  readonly again?: boolean;
  readonly limit?: number | undefined;
  /** Address patterns. */
  readonly onlyTo?: readonly string[] | undefined;
  readonly detach?: boolean;
  /** Confirms it by the job's name. */
  readonly confirm?: boolean;
  /** Param names and values as text, in order. */
  readonly params?: readonly (readonly [string, string])[];
}

/** Writes `nightjar run JOB --date SLOT …`. */
export function writeRunCommand({ job, slot, again, limit, params, ...more }: RunCommand): string {
  return [
    `nightjar run ${job}`,
    ...(slot === undefined ? [] : [`--date ${slot}`]),
    ...(again === true ? ['--again'] : []),
    ...(limit === undefined ? [] : [`--limit ${limit}`]),
    ...(more.onlyTo ?? []).map(
      (pattern) => `--only-to ${pattern.startsWith('*') ? quoteForShell(pattern) : 'ADDRESS'}`,
    ),
    ...(params ?? []).map(([name, text]) => `--param ${writeFlag(name, text)}`),
    ...(more.detach === true ? ['--detach'] : []),
    ...(more.confirm === true ? [`--confirm ${job}`] : []),
  ].join(' ');
}

/** An address is not written out: messages end up in logs. */
function writeFlag(name: string, text: string): string {
  return quoteForShell(`${name}=${maskText(text) === text ? text : 'VALUE'}`);
}

function quoteForShell(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", `'\\''`)}'`;
}
