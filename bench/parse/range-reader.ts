/** Reads the lines of a range with nightjar's readers. */
import { readInferenceRecords } from '../../src/personalize/inference-records';
import type { Shard } from '../../src/personalize/output-types';
import { readSegmentEvents } from '../../src/personalize/segment-reader';
import { openRange } from './ranges';

/** Items that are taken of a line. */
export const SHOWN_ITEMS = 6;

/** Adds up the lengths of user ids and shown items. */
export async function sumInference(range: Shard): Promise<number> {
  let sum = 0;
  for await (const { records } of readInferenceRecords(openRange(range), range, { items: SHOWN_ITEMS })) {
    for (const { input, items } of records) sum += addLengths(input.userId, items);
  }
  return sum;
}

export async function countUsers(range: Shard): Promise<number> {
  let users = 0;
  for await (const event of readSegmentEvents(openRange(range), range)) {
    if (event.type === 'users') users += event.ids.length;
  }
  return users;
}

export function addLengths(userId: string | undefined, items: readonly string[]): number {
  let sum = userId?.length ?? 0;
  for (const item of items) sum += item.length;
  return sum;
}
