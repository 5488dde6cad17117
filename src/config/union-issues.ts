/** Finds what is wrong in a map or list that one form of a field would take, where the field has several. */
import type { z } from 'zod';

type Issue = z.core.$ZodIssue;

/**
 * Returns the issues of the form that was meant, their paths from the top; of several maps it is the one that lacks the
 * fewest keys and knows the most.
 *
 * @returns undefined where the value is of no form, or two forms fit as well
 */
export function issuesOfMeantForm(issue: Issue): readonly Issue[] | undefined {
  if (issue.code !== 'invalid_union' || typeof issue.input !== 'object' || issue.input === null) return undefined;
  const forms = issue.errors
    .filter((issues) => !issues.some(isOfOtherKind))
    .map((issues) => ({ issues, misfits: countMisfits(issues) }))
    .sort((a, b) => a.misfits - b.misfits);
  const [best, second] = forms;
  if (best === undefined || best.misfits === second?.misfits) return undefined;
  return best.issues.map((inner) => ({ ...inner, path: [...issue.path, ...inner.path] }));
}

/** A form that wants a text, a number or a list has nothing to say of a map. */
function isOfOtherKind(issue: Issue): boolean {
  if (issue.path.length > 0) return false;
  // A form that has forms itself is of another kind where all of them are.
  if (issue.code === 'invalid_union') return issue.errors.every((issues) => issues.some(isOfOtherKind));
  return issue.code === 'invalid_type' || issue.code === 'invalid_value';
}

/** Counts the keys that are unknown to a form, and those that it wants and are not there. */
function countMisfits(issues: readonly Issue[]): number {
  return issues.reduce((count, issue) => {
    if (issue.code === 'unrecognized_keys' && issue.path.length === 0) return count + issue.keys.length;
    return issue.path.length === 1 && issue.input === undefined ? count + 1 : count;
  }, 0);
}
