/** Builds what makes the audiences of a job from the checked fields of its file. */
import type { z } from 'zod';
import { parseShare, type Share } from '../units';
import type { AudienceJob, CombineRule, SegmentQuery, TopRule } from './audience-job';
import type { audienceSchema } from './audience-schema';
import { resolveAudiences } from './combine/resolve-audiences';

type Fields = z.output<ReturnType<typeof audienceSchema>>['audience'];
type Rules = Pick<AudienceJob['audience'], 'combine' | 'top' | 'sample' | 'split' | 'lists'>;

/** Builds the rules by which members are chosen. An expression alone makes one audience, of the job's name. */
export function buildCombine(
  { name, queries }: { readonly name: string; readonly queries: readonly SegmentQuery[] },
  { combine, top, sample, split, lists }: Fields,
): Rules {
  return {
    combine: buildRule(name, { combine, queries: queries.map((query) => query.name), lists: Object.keys(lists) }),
    ...(top === undefined ? {} : { top: buildTop(top) }),
    ...(sample === undefined ? {} : { sample: shareIn(sample) }),
    ...(split === undefined
      ? {}
      : { split: Object.entries(split).map(([part, share]) => ({ name: part, share: shareIn(share) })) }),
    lists,
  };
}

interface RuleText {
  readonly combine: Fields['combine'];
  readonly queries: readonly string[];
  readonly lists: readonly string[];
}

function buildRule(job: string, { combine, queries, lists }: RuleText): CombineRule {
  if (combine === 'each') return 'each';
  const texts = typeof combine === 'string' ? { [job]: combine } : combine;
  const audiences = Object.entries(texts).map(([name, text]) => ({ name, text }));
  return resolveAudiences({ audiences, queries, lists }).audiences;
}

function buildTop(top: number | string): TopRule {
  return typeof top === 'number' ? { count: top } : { share: shareIn(top) };
}

const NOTHING = 0 as Share;

function shareIn(text: string): Share {
  return parseShare(text) ?? NOTHING;
}
