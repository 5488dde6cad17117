/** Lets at most so many tasks go on at a time; the others wait in the order they came. */

export interface Slots {
  /** Runs a task once there is room for it. */
  run<Result>(task: () => Promise<Result>): Promise<Result>;
}

/** Creates room for `count` tasks. */
export function createSlots(count: number): Slots {
  const waiting: (() => void)[] = [];
  let free = count;
  const enter = async (): Promise<void> => {
    if (free > 0) free -= 1;
    else await new Promise<void>((resolve) => waiting.push(resolve));
  };
  const leave = (): void => {
    const next = waiting.shift();
    if (next === undefined) free += 1;
    else next();
  };
  return {
    run: async (task) => {
      await enter();
      try {
        return await task();
      } finally {
        leave();
      }
    },
  };
}
