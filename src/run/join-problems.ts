/** Joins what several checks of a job have found. */
import { compareByPlace } from '../config/place-order';
import { combineErrors, formatError, NightjarError } from '../errors';

/** Makes one error of many and of their others, in the order of the files, each once; undefined where there is none. */
export function joinProblems(errors: readonly NightjarError[]): NightjarError | undefined {
  const all = errors.flatMap(apart).map((problem) => [formatError(problem), problem] as const);
  return combineErrors([...new Map(all).values()].sort(compareByPlace));
}

/** Gives a problem without its others, and these. */
function apart(error: NightjarError): readonly NightjarError[] {
  const { code, message, where, fix } = error;
  const alone = new NightjarError(code, message, {
    ...(where === undefined ? {} : { where }),
    ...(fix === undefined ? {} : { fix }),
  });
  return [alone, ...error.others];
}
