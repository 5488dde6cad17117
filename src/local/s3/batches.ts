/** Works on many items with a bounded number of open files. */

const AT_A_TIME = 32;

/** Maps items in order, some of them at a time. */
export async function mapInBatches<Item, Result>(
  items: readonly Item[],
  action: (item: Item) => Promise<Result>,
): Promise<readonly Result[]> {
  const results: Result[] = [];
  for (let start = 0; start < items.length; start += AT_A_TIME) {
    results.push(...(await Promise.all(items.slice(start, start + AT_A_TIME).map(action))));
  }
  return results;
}
