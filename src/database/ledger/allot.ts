/** Decides which due deliveries a claim takes, by what their domains may be sent to now; pure. */
import { type Destination, isBlocked, rateNow, UNBLOCKED } from '../pacing/blocks';

/** How far ahead a claim reserves the turns of a domain: more would be held by a lane that may die. */
export const AHEAD_MS = 1000;

export interface DomainRules {
  /** Rates by domain; `*` is every other domain, each by itself. */
  readonly perDomain: Readonly<Record<string, number>>;
  /** Of the whole job. */
  readonly perSecond: number | undefined;
}

export interface Candidate {
  readonly userId: string;
  readonly domain: string | undefined;
  readonly held: boolean;
}

export interface Allotment {
  readonly go: readonly {
    readonly userId: string;
    readonly turn?: { readonly at: number; readonly apartMs: number };
  }[];
  /** Rows that are not held yet and whose domain takes no more now. */
  readonly hold: readonly string[];
  /** Domains whose turns were taken, with the time of the next free one. */
  readonly nextAt: ReadonlyMap<string, number>;
}

/** Tells the rate that a job sets for a domain. */
export function limitOf({ perDomain }: DomainRules, domain: string): number | undefined {
  return perDomain[domain] ?? perDomain['*'];
}

/** A turn that lies further ahead than claims reserve comes from a clock that was wrong. */
export function turnFrom(nextAt: number, { now, perSecond }: { now: number; perSecond: number }): number {
  return nextAt > now + 60_000 + 2 * (1000 / perSecond) ? now : Math.max(nextAt, now);
}

/** Goes through the candidates in their order: takes at most `limit`, and leaves those out whose domain takes no more now. */
export function allot(
  candidates: readonly Candidate[],
  options: {
    readonly now: number;
    readonly limit: number;
    readonly rules: DomainRules;
    readonly destinations: ReadonlyMap<string, Destination>;
  },
): Allotment {
  const { now, limit, rules, destinations } = options;
  const go: Allotment['go'][number][] = [];
  const hold: string[] = [];
  const nextAt = new Map<string, number>();
  for (const { userId, domain, held } of candidates) {
    if (go.length === limit) break;
    const taken = takeTurn(domain, { now, rules, destinations, nextAt });
    if (taken === 'free') go.push({ userId });
    else if (taken !== 'wait') go.push({ userId, turn: taken });
    else if (!held) hold.push(userId);
  }
  return { go, hold, nextAt };
}

function takeTurn(
  domain: string | undefined,
  parts: {
    readonly now: number;
    readonly rules: DomainRules;
    readonly destinations: ReadonlyMap<string, Destination>;
    readonly nextAt: Map<string, number>;
  },
): 'free' | 'wait' | { at: number; apartMs: number } {
  const { now, rules, destinations, nextAt } = parts;
  if (domain === undefined) return 'free';
  const destination = destinations.get(domain) ?? UNBLOCKED;
  if (isBlocked(destination, now)) return 'wait';
  const perSecond = rateNow(destination, { now, limit: limitOf(rules, domain), full: rules.perSecond });
  if (perSecond === undefined) return 'free';
  const at = nextAt.get(domain) ?? turnFrom(destination.nextAt, { now, perSecond });
  if (at > now + AHEAD_MS) return 'wait';
  nextAt.set(domain, at + 1000 / perSecond);
  return { at, apartMs: 1000 / perSecond };
}
