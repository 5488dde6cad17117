/** The mails of one claim in the order in which they may go: those to domains with a rate at their turns, the others between. */
import { setTimeout as sleep } from 'node:timers/promises';
import type { ClaimedDelivery } from '../../database/ledger/claims';
import type { MadeMail } from '../mails/make-mail';

/** A mail that is made, with the row that was claimed for it. */
export interface Parcel {
  readonly mail: Extract<MadeMail, { kind: 'mail' }>;
  readonly row: ClaimedDelivery;
}

export interface MailQueue {
  /** Waits until a mail may go; undefined when none is left. When the lane is to stop, the rest comes at once, to be given back. */
  next(): Promise<Parcel | undefined>;
}

/** The longest wait that a claim reserves, with some room: a longer one comes from a clock that jumped. */
const LONGEST_WAIT_MS = 10_000;

/** Creates the queue. */
export function createMailQueue(
  parcels: readonly Parcel[],
  { now, signal }: { readonly now: () => number; readonly signal: AbortSignal },
): MailQueue {
  const free = parcels.filter(({ row }) => row.turn === undefined);
  const timed = parcels.filter(({ row }) => row.turn !== undefined).sort((a, b) => turnAt(a) - turnAt(b));
  /** Domain → when the next mail to it keeps its distance from the last, however late that one went. */
  const spaced = new Map<string, number>();
  const readyAt = (parcel: Parcel) => Math.max(turnAt(parcel), spaced.get(parcel.row.domain ?? '') ?? 0);
  const takeTimed = (before: number): Parcel | undefined => {
    const index = timed.findIndex((parcel) => readyAt(parcel) <= before);
    const [parcel] = index < 0 ? [] : timed.splice(index, 1);
    if (parcel !== undefined) spaced.set(parcel.row.domain ?? '', now() + (parcel.row.turn?.apartMs ?? 0));
    return parcel;
  };
  return {
    next: async () => {
      for (;;) {
        const parcel = takeTimed(signal.aborted ? Number.POSITIVE_INFINITY : now()) ?? free.shift();
        if (parcel !== undefined || timed.length === 0) return parcel;
        const waitMs = Math.min(...timed.map(readyAt)) - now();
        if (waitMs > LONGEST_WAIT_MS) return takeTimed(Number.POSITIVE_INFINITY);
        await sleep(Math.max(1, waitMs), undefined, { signal }).catch(() => undefined);
      }
    },
  };
}

function turnAt({ row }: Parcel): number {
  return row.turn?.at ?? 0;
}
