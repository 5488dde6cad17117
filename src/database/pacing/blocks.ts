/** How long a destination or a sender is left alone after it said "not now", and how it is taken up again; pure. */

const MINUTE = 60_000;
/** No block is longer: a destination that refused for hours is asked again by a mail or two. */
export const LONGEST_BLOCK_MS = 120 * MINUTE;
/** A destination is taken up again over the time that it was blocked for, and over this long at least. */
const SHORTEST_RECOVERY_MS = 10_000;
/** What a sender without a rate is taken to reach, so that a recovery has an end to grow to. */
const USUAL_PER_SECOND = 100;

/** What the database keeps of a sender and a domain, or of the sender as a whole. Times are epoch ms. */
export interface Destination {
  readonly nextAt: number;
  readonly blockedAt: number;
  readonly blockedUntil: number;
  /** Blocks that followed on one another before this one. */
  readonly step: number;
  /** When the first of them began. */
  readonly since: number;
}

/** A destination that never was blocked. */
export const UNBLOCKED: Destination = { nextAt: 0, blockedAt: 0, blockedUntil: 0, step: 0, since: 0 };

/** How far the clocks of two workers may differ. */
const SKEW_MS = 10 * MINUTE;

/** A block that lies further ahead than any can was made by a clock that was wrong. */
export function isBlocked({ blockedUntil }: Destination, now: number): boolean {
  return blockedUntil > now && blockedUntil <= now + LONGEST_BLOCK_MS + SKEW_MS;
}

function recoveryMs({ blockedAt, blockedUntil }: Destination): number {
  return Math.max(SHORTEST_RECOVERY_MS, blockedUntil - blockedAt);
}

/** Tells a destination that is blocked or being taken up again from one that takes all it is given. */
export function isRestricted(destination: Destination, now: number): boolean {
  return isBlocked(destination, now) || now < destination.blockedUntil + recoveryMs(destination);
}

export interface BlockWish {
  readonly now: number;
  /** Of the first block; each that follows while the destination is being taken up again is twice as long. */
  readonly baseMs: number;
  readonly mostMs: number;
}

/** Blocks a destination; an answer that comes while it is blocked already belongs to the same trouble and adds no step. */
export function nextBlock(current: Destination, { now, baseMs, mostMs }: BlockWish): Destination {
  if (isBlocked(current, now)) {
    return { ...current, blockedUntil: Math.max(current.blockedUntil, now + Math.min(baseMs, mostMs)) };
  }
  const follows = current.blockedUntil > 0 && isRestricted(current, now) && current.blockedUntil <= now;
  const step = follows ? current.step + 1 : 0;
  const lengthMs = Math.min(mostMs, baseMs * 2 ** Math.min(step, 20));
  return {
    ...current,
    blockedAt: now,
    blockedUntil: now + lengthMs,
    step,
    since: follows ? current.since : now,
  };
}

/**
 * Tells how many mails a second may go to a destination now; undefined where nothing limits it.
 * After a block it begins with one mail a second at most and grows evenly to the full rate.
 */
export function rateNow(
  destination: Destination,
  options: { readonly now: number; readonly limit: number | undefined; readonly full: number | undefined },
): number | undefined {
  const { now, limit } = options;
  const since = now - destination.blockedUntil;
  const span = recoveryMs(destination);
  if (destination.blockedUntil === 0 || since >= span || since < 0) return limit;
  const full = limit ?? options.full ?? USUAL_PER_SECOND;
  return Math.min(full, Math.max(1, (full * since) / span));
}
