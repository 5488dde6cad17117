/** Bounds how many actions are under way at a time. */

/** Runs actions, in the order of asking, no more at a time than there are slots. */
export interface Slots {
  run<T>(action: () => Promise<T>): Promise<T>;
}

/** @param count  1 or more */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  return {
    async run(action) {
      if (free > 0) free--;
      else await new Promise<void>((resolve) => waiting.push(resolve));
      try {
        return await action();
      } finally {
        const next = waiting.shift();
        if (next === undefined) free++;
        else next();
      }
    },
  };
}
