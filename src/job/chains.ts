/** Checks what jobs say of one another: who follows whom. */
import { nearestName } from '../config/nearest';

/** A job, and the one that it follows. */
export interface ChainLink {
  readonly name: string;
  readonly after?: string;
}

export interface ChainProblem {
  readonly job: string;
  readonly message: string;
  readonly fix: string;
}

/**
 * Finds jobs that follow one that there is not, and jobs that follow one another in a circle.
 *
 * @param names  all jobs that there are, also those whose files are wrong
 */
export function checkChains(links: readonly ChainLink[], names: readonly string[]): readonly ChainProblem[] {
  const afterOf = new Map(links.map(({ name, after }) => [name, after]));
  return links.flatMap(({ name, after }): ChainProblem[] => {
    if (after === undefined) return [];
    if (!names.includes(after)) return [explainUnknown({ job: name, after, names })];
    const circle = findCircle(name, afterOf);
    if (circle === undefined) return [];
    const message = `after is "${after}", and so ${circle.join(' follows ')}; expected a job that does not wait for this one`;
    return [{ job: name, message, fix: 'give one of them a schedule instead of after' }];
  });
}

function explainUnknown({ job, after, names }: { job: string; after: string; names: readonly string[] }): ChainProblem {
  const near = nearestName(after, names);
  const fix = near === undefined ? `name one of these: ${names.join(', ')}` : `write "after: ${near}"`;
  return { job, message: `after is "${after}", and there is no such job; expected the name of a job in jobs/`, fix };
}

/** Lists the jobs from one back to itself; undefined where it does not come back. */
function findCircle(start: string, afterOf: ReadonlyMap<string, string | undefined>): readonly string[] | undefined {
  const path = [start];
  for (let next = afterOf.get(start); next !== undefined && path.length <= afterOf.size; next = afterOf.get(next)) {
    path.push(next);
    if (next === start) return path;
  }
  return undefined;
}
