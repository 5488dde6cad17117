/** Fills the parts of a person's mail that have no recommendations yet with items that stand in for them. */
import { type FurtherSlates, OWN_ITEMS } from '../../database/ledger/section-slates';
import type { EmailJob, RecommendRules } from '../../job/email-job';
import type { Item } from '../../job/people';
import { chooseListed, type Part, partsOf } from '../buying/sources';

export interface StandInCase {
  readonly job: EmailJob;
  readonly catalogue: ReadonlyMap<string, Item>;
  /** Item ids that serve anyone, the best first. */
  readonly standIns: readonly string[];
  /** Of the person's last run; undefined for who has none. */
  readonly slate: (FurtherSlates & { readonly slate: readonly string[] }) | undefined;
  /** What the person has bought last. */
  readonly seed: string | undefined;
}

export interface FilledSlates {
  readonly slates: FurtherSlates & { readonly slate: readonly string[] };
  /** The job in which no part that is filled has a reason: popular items do not go with what was bought. */
  readonly job: EmailJob;
  /** The parts that are filled, in the order of the job. */
  readonly filled: readonly Part[];
}

/**
 * Fills what the last run has not: a part that ranks items with those, others with what serves anyone. A section of related
 * items that may be missing stays so for who has bought nothing, as in a run.
 */
export function fillSlates(one: StandInCase): FilledSlates {
  const { job, slate } = one;
  const seed = slate?.seed ?? one.seed;
  const filled = partsOf(job).filter((part) => isMissing(one, part) && mayBeFilled(job, part, seed));
  const items = new Map(filled.map((part) => [part.name, standInsFor(part.recommend, one, seed)]));
  const sections = filled.flatMap(({ name }) =>
    name === OWN_ITEMS ? [] : [[name, { items: items.get(name) ?? [] }] as const],
  );
  return {
    slates: {
      slate: slate?.slate ?? items.get(OWN_ITEMS) ?? [],
      sections: { ...slate?.sections, ...Object.fromEntries(sections) },
      seed,
    },
    job: withoutReasons(job, new Set(items.keys())),
    filled,
  };
}

function isMissing({ slate }: StandInCase, { name }: Part): boolean {
  return slate === undefined || (name !== OWN_ITEMS && !Object.hasOwn(slate.sections ?? {}, name));
}

function mayBeFilled({ content }: EmailJob, { name, recommend }: Part, seed: string | undefined): boolean {
  if (recommend.from?.by !== 'related' || seed !== undefined || name === OWN_ITEMS) return true;
  return content.sections?.some((section) => section.name === name && section.required) === true;
}

function standInsFor(
  { from }: RecommendRules,
  { catalogue, standIns }: StandInCase,
  seed: string | undefined,
): readonly string[] {
  if (from === undefined) return standIns;
  return from.by === 'related' ? standIns.filter((itemId) => itemId !== seed) : chooseListed(from, catalogue);
}

function withoutReasons(job: EmailJob, names: ReadonlySet<string>): EmailJob {
  const { sections } = job.content;
  const without = <P extends { readonly recommend: RecommendRules }>(name: string, part: P): P => {
    const { from, ...rules } = part.recommend;
    return names.has(name) && from?.by === 'related' ? { ...part, recommend: rules } : part;
  };
  const content =
    sections === undefined
      ? job.content
      : { ...job.content, sections: sections.map((section) => without(section.name, section)) };
  return { ...without(OWN_ITEMS, job), content };
}

/** Says where the items of the parts that are filled come from: `popular items and items of a list`. */
export function describeStandIns(filled: readonly Part[]): string {
  const kinds = filled.map(({ recommend: { from } }) => {
    return from === undefined || from.by === 'related' ? 'popular items' : 'items that are not ranked yet';
  });
  return [...new Set(kinds)].join(' and ');
}
