/** Opens the filter of a batch job on the data of today. */
import type { InferTask, SegmentTask } from '../compute-port';
import { DataProblem } from './data-problem';
import type { InputMembers } from './input-line';

/** Which places a line may list, or why its filter can't be applied; undefined allows all. */
export type Filtered = { readonly allowed: Uint8Array | undefined } | { readonly error: string };

/** Filters by the members of one input line; the array is overwritten by the next call. */
export type Filtering = (members: NonNullable<InputMembers>) => Filtered;

/** Opens a filter of items; undefined where the task has none. */
export async function openItemFilter(task: InferTask, _itemIds: readonly string[]): Promise<Filtering | undefined> {
  if (task.filter !== undefined) throw new DataProblem('Filters are not complete in the local AWS');
  return undefined;
}

/** Opens a filter of users; undefined where the task has none. */
export async function openUserFilter(task: SegmentTask, _userIds: readonly string[]): Promise<Filtering | undefined> {
  if (task.filter !== undefined) throw new DataProblem('Filters are not complete in the local AWS');
  return undefined;
}
