/** Sums deliveries up, so that what was written can be compared with what is read back. */
import { createHash } from 'node:crypto';
import type { LedgerRow } from '../../database/keeping/keeping';

/** Equal for equal deliveries in equal order. */
export interface LedgerTally {
  readonly rows: number;
  /** Rows by state. */
  readonly states: Readonly<Record<string, number>>;
  /** SHA-256 of user ids and states, lower-case hex. */
  readonly digest: string;
}

/** Makes a sum to which rows are added. */
export function createTally() {
  const hash = createHash('sha256');
  const states = new Map<string, number>();
  let rows = 0;
  return {
    add(batch: readonly Pick<LedgerRow, 'user_id' | 'state'>[]): void {
      for (const { user_id, state } of batch) {
        hash.update(`${user_id}\t${state}\n`);
        states.set(state, (states.get(state) ?? 0) + 1);
      }
      rows += batch.length;
    },
    close: (): LedgerTally => ({ rows, states: Object.fromEntries(states), digest: hash.digest('hex') }),
  };
}
