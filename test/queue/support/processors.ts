/** Processors for tests of the queue, and what they have seen. */
import type { Processor, Work } from '../../../src/queue/work-queue';

export const work = (runId: string, shard = 0): Work => ({ runId, stage: 'send', shard });

export interface Collector {
  readonly processor: Processor;
  /** What it was given so far, in order. */
  readonly taken: readonly Work[];
  /** Resolves once it was given that many. */
  whenTaken(count: number): Promise<readonly Work[]>;
}

/** Answers `done` to everything. */
export function collect(): Collector {
  const taken: Work[] = [];
  const waiting: (() => void)[] = [];
  return {
    taken,
    processor: async (one) => {
      taken.push(one);
      for (const look of waiting) look();
      return { kind: 'done' };
    },
    whenTaken: (count) =>
      new Promise((resolve) => {
        const look = () => (taken.length >= count ? resolve(taken) : undefined);
        waiting.push(look);
        look();
      }),
  };
}

export interface Holder {
  readonly processor: Processor;
  /** Resolves when the first work is in hand. */
  readonly begun: Promise<Work>;
  /** Lets it answer `done`. */
  release(): void;
}

/** Holds what it is given until it is released, whatever the signal says. */
export function hold(): Holder {
  let begin: (work: Work) => void = () => undefined;
  let release: () => void = () => undefined;
  const begun = new Promise<Work>((resolve) => {
    begin = resolve;
  });
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  return {
    begun,
    release: () => release(),
    processor: async (one) => {
      begin(one);
      await held;
      return { kind: 'done' };
    },
  };
}
