/** Counts the calls of the local AWS by operation, so that tests can tell how often one took effect. */
import type { FaultService } from './rule';

/** Holds the counts of one operation. */
export interface OperationCounts {
  /** Calls that were performed to their end, whether their answer arrived or not. */
  readonly effects: number;
  /** Calls by what the client got: `ok`, an AWS error code, `lost-answer` or `refused-connection`. */
  readonly outcomes: Readonly<Record<string, number>>;
}

/** Holds the counts by service and operation. */
export type CallCounts = Readonly<Record<FaultService, Readonly<Record<string, OperationCounts>>>>;

/** Counts since the start; calls whose signature is wrong or whose operation is unknown are not counted. */
export interface CallCounter {
  add(service: FaultService, operation: string, end: { readonly outcome: string; readonly isEffect: boolean }): void;
  read(): CallCounts;
  clear(): void;
}

/** Creates a counter at zero. */
export function createCallCounter(): CallCounter {
  const counts: Record<FaultService, Map<string, OperationCounts>> = { personalize: new Map(), s3: new Map() };
  return {
    add(service, operation, { outcome, isEffect }) {
      const { effects, outcomes } = counts[service].get(operation) ?? { effects: 0, outcomes: {} };
      counts[service].set(operation, {
        effects: effects + (isEffect ? 1 : 0),
        outcomes: { ...outcomes, [outcome]: (outcomes[outcome] ?? 0) + 1 },
      });
    },
    read: () => ({ personalize: Object.fromEntries(counts.personalize), s3: Object.fromEntries(counts.s3) }),
    clear() {
      counts.personalize.clear();
      counts.s3.clear();
    },
  };
}
