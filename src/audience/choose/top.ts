/** Keeps the best members of an audience by rank, in two passes over it. */
import type { TopRule } from '../../job/audience-job';
import { UNRANKED } from '../algebra/rank';
import type { Member } from '../members';
import { shareOf } from './share-of';

/** The first pass: is told every member, and answers which are kept. */
export interface TopCount {
  add(members: readonly Member[]): void;
  /**
   * Ends the first pass.
   * @returns the test of the second pass, which must be asked about the same members in the same order; exactly as many pass
   *   as the rule says, or all where there are fewer
   */
  finish(): (member: Member) => boolean;
}

/** Those without a rank are told apart by so many values of their share. */
const BUCKETS = 65_536;
/** 7% of 100 is 7.000000000000001. */
const ROUNDING = 1e-9;

/**
 * Counts for `top`. Four bytes for each rank that there may be; no ids are kept.
 * Of members without ranks the share of each decides, stable whoever else comes or goes. Of the few who have the last rank
 * that is kept, or the last share, the first are kept.
 */
export function createTop(top: { readonly job: string; readonly audience: string; readonly rule: TopRule }): TopCount {
  const purpose = `top:${top.job}/${top.audience}`;
  const bucketOf = ({ userId }: Member) => Math.floor(shareOf(purpose, userId) * BUCKETS);
  const unranked = new Uint32Array(BUCKETS);
  let ranked = new Uint32Array(1024);
  let count = 0;
  return {
    add: (members) => {
      count += members.length;
      for (const member of members) {
        if (member.rank === UNRANKED) increment(unranked, bucketOf(member));
        else {
          if (member.rank >= ranked.length) ranked = grow(ranked, member.rank);
          increment(ranked, member.rank);
        }
      }
    },
    finish: () => {
      const wanted = 'count' in top.rule ? top.rule.count : Math.ceil(count * top.rule.share - ROUNDING);
      if (wanted >= count) return () => true;
      const rank = createGate(ranked, wanted);
      const share = createGate(unranked, rank.left);
      return (member) => (member.rank === UNRANKED ? share.passes(bucketOf(member)) : rank.passes(member.rank));
    },
  };
}

function increment(counts: Uint32Array, index: number): void {
  counts[index] = (counts[index] ?? 0) + 1;
}

function grow(counts: Uint32Array, rank: number): Uint32Array<ArrayBuffer> {
  const larger = new Uint32Array(Math.max(2 * counts.length, rank + 1));
  larger.set(counts);
  return larger;
}

interface Gate {
  /** How many more are wanted than there are. */
  readonly left: number;
  readonly passes: (value: number) => boolean;
}

/** Lets the lowest values pass until so many are through. */
function createGate(counts: Uint32Array, wanted: number): Gate {
  let border = 0;
  let left = wanted;
  for (let here = counts[0]; here !== undefined && here <= left; here = counts[border]) {
    left -= here;
    border += 1;
  }
  let atBorder = left;
  return {
    left: border < counts.length ? 0 : left,
    passes: (value) => value < border || (value === border && atBorder-- > 0),
  };
}
