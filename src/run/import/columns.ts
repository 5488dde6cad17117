/** Checks the columns of an import file against those that its kind has. */
import { misspeltName, nearestName } from '../../config/nearest';
import { type FileFindings, type ImportProblem, showValue } from './findings';

/** The columns of a kind of file. */
export interface ColumnRule {
  readonly required: readonly string[];
  /** At least one of these must be there. */
  readonly oneOf?: readonly string[];
  readonly optional: readonly string[];
  /** What becomes of any other column. */
  readonly others: 'attributes' | 'unused';
}

const SHOWN = 8;

/** Reports missing, doubled and unusable columns as problems, and likely slips as warnings; false where the file can't be read by them. */
export function checkColumns(columns: readonly string[], rule: ColumnRule, findings: FileFindings): boolean {
  const before = findings.count;
  const missing = rule.required.filter((name) => !columns.includes(name));
  for (const problem of columns.map(checkColumnName)) if (problem !== undefined) findings.addProblem(problem);
  for (const name of new Set(columns.filter((name, index) => columns.indexOf(name) !== index))) {
    findings.addProblem({
      message: `the column ${showValue(name)} is there twice; expected it once`,
      fix: `remove or rename one ${showValue(name)}`,
    });
  }
  const oneOf = rule.oneOf ?? [];
  const known = [...rule.required, ...oneOf, ...rule.optional];
  const others = columns.filter((name) => !known.includes(name));
  for (const name of missing) findings.addProblem(explainMissing(name, columns, others));
  const [first] = oneOf;
  if (first !== undefined && !oneOf.some((name) => columns.includes(name)))
    findings.addProblem(explainMissing(first, columns, others));
  if (findings.count > before) return false;
  warnOfOthers(others, { rule, findings, absent: rule.optional.filter((name) => !columns.includes(name)) });
  return true;
}

/** Tells why a name can't be that of a column; undefined where it can. */
export function checkColumnName(name: string): ImportProblem | undefined {
  const fix = 'name every column in the first line';
  if (name.trim() === '') return { message: 'a column has no name; expected one', fix };
  if (name === '__proto__' || name.length > 128 || /[\p{Cc}\p{Cs}\ufffd]/u.test(name)) {
    return {
      message: `a column is named ${showValue(name)}; expected at most 128 printable characters in UTF-8`,
      fix: 'rename it',
    };
  }
  return undefined;
}

function explainMissing(name: string, columns: readonly string[], others: readonly string[]): ImportProblem {
  const near = nearestName(name, others);
  if (near !== undefined) {
    return {
      message: `the column ${showValue(name)} is missing; there is ${showValue(near)}`,
      fix: `rename the column ${showValue(near)} to ${showValue(name)}`,
    };
  }
  const shown = columns.slice(0, SHOWN).map(showValue).join(', ');
  const more = columns.length > SHOWN ? ` and ${columns.length - SHOWN} more` : '';
  return {
    message: `the column ${showValue(name)} is missing; there are ${shown === '' ? 'none' : shown}${more}`,
    fix: `add the column ${name}`,
  };
}

interface Others {
  readonly rule: ColumnRule;
  readonly findings: FileFindings;
  /** Known columns that the file lacks, and so could have been meant. */
  readonly absent: readonly string[];
}

function warnOfOthers(others: readonly string[], { rule, findings, absent }: Others): void {
  for (const name of others) {
    const near = misspeltName(name, absent);
    const hint = near === undefined ? '' : `; if ${showValue(near)} was meant, rename it`;
    if (rule.others === 'unused') {
      findings.addWarning('unused_column', 1, `the column ${showValue(name)} is not imported${hint}`);
    } else if (near !== undefined) {
      findings.addWarning('near_column', 1, `the column ${showValue(name)} is imported as an attribute${hint}`);
    }
  }
}
