/** A stack of what has to be closed: the last opened is closed first, and a failure hides none of the others. */

export interface Releases {
  add(name: string, release: () => Promise<void>): void;
  /** Releases everything; again it does nothing. Failures are told, never thrown: the work itself is done. */
  run(): Promise<void>;
}

/** Makes an empty stack; `onFailure` hears what could not be closed. */
export function createReleases(onFailure: (name: string, error: unknown) => void = () => undefined): Releases {
  const stack: { name: string; release: () => Promise<void> }[] = [];
  return {
    add: (name, release) => void stack.push({ name, release }),
    run: async () => {
      for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
        try {
          await top.release();
        } catch (error) {
          onFailure(top.name, error);
        }
      }
    },
  };
}
