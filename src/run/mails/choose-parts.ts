/** Chooses what one e-mail shows: its own items, then those of its sections, each item once. */
import type { ShownSection } from '../../content/context';
import { type FurtherSlates, OWN_ITEMS } from '../../database/ledger/section-slates';
import type { EmailJob, RecommendRules, ShowRules } from '../../job/email-job';
import type { Contact, Item } from '../../job/people';
import { type ChosenItems, chooseItems } from '../../job/slate';
import type { Avoided } from '../sending/avoid';
import { fallbackFor, type PlannedFallback } from './fallback';

export interface PartsCase {
  readonly job: EmailJob;
  readonly row: FurtherSlates & { readonly slate: readonly string[]; readonly fallback?: boolean };
  readonly contact: Contact;
  readonly planned: PlannedFallback;
  /** Finds an item that may be shown. */
  readonly findItem: (itemId: string) => Item | undefined;
  /** Finds an item that may be named as a reason: also one that is sold no more. */
  readonly findReason: (itemId: string) => Item | undefined;
  readonly avoid: Avoided | undefined;
  /** Hears of every list that is chosen, also of one that is too short. */
  readonly note?: ((chosen: ChosenItems) => void) | undefined;
  readonly now: number;
}

export type ChosenParts =
  | { readonly excluded: string }
  | {
      readonly excluded?: undefined;
      readonly own: ShownSection;
      /** By name, in the order of the job; those that have enough items. */
      readonly sections: Readonly<Record<string, ShownSection & { readonly title?: string | undefined }>>;
      /** All item ids, in the order in which they were chosen. */
      readonly shown: readonly string[];
    };

/** Chooses; who gets no e-mail is excluded with the reason: `section_missing` for a section, `nothing_bought` where it needs a purchase. */
export function chooseParts(one: PartsCase): ChosenParts {
  const { content, recommend } = one.job;
  const taken = new Set<string>();
  // What stands in for a slate is chosen anew, for this contact.
  const slate = one.row.fallback === true ? [] : one.row.slate;
  const theme = one.row.sections?.[OWN_ITEMS]?.theme;
  const own = choosePart(one, { recommend, show: content.show, slate, theme, taken });
  if ('excluded' in own) return own;
  const sections: [string, ShownSection & { readonly title?: string | undefined }][] = [];
  for (const { name, title, required, ...rules } of content.sections ?? []) {
    const { items = [], theme: ofSection } = one.row.sections?.[name] ?? {};
    const chosen = choosePart(one, { ...rules, slate: items, theme: ofSection, taken });
    if (!('excluded' in chosen)) sections.push([name, { ...chosen, title }]);
    else if (required) return { excluded: hasNoSeed(rules.recommend, one) ? 'nothing_bought' : 'section_missing' };
  }
  return { own, sections: Object.fromEntries(sections), shown: [...taken] };
}

const hasNoSeed = ({ from }: RecommendRules, { row }: PartsCase) => from?.by === 'related' && row.seed === undefined;

interface PartRules {
  readonly recommend: RecommendRules;
  readonly show: ShowRules;
  readonly slate: readonly string[];
  readonly theme: string | undefined;
  /** What the parts before it show; what this one shows is added. */
  readonly taken: Set<string>;
}

function choosePart(one: PartsCase, part: PartRules): ShownSection | { readonly excluded: string } {
  const { show, slate, taken } = part;
  const seed = part.recommend.from?.by === 'related' ? one.row.seed : undefined;
  const chosen = chooseItems({
    slate,
    fallback: fallbackFor(show, one.planned, one.contact),
    findItem: one.findItem,
    show,
    taken: seed === undefined ? taken : new Set([...taken, seed]),
    avoid: one.avoid,
    now: one.now,
  });
  one.note?.(chosen);
  if (chosen.excluded !== undefined) return { excluded: chosen.excluded };
  for (const { itemId } of chosen.items) taken.add(itemId);
  // A reason and a theme are those of what was recommended.
  const isRecommended = chosen.items.length > chosen.fromFallback;
  const because = seed === undefined || !isRecommended ? undefined : one.findReason(seed);
  return { items: chosen.items, because, theme: isRecommended ? part.theme : undefined };
}
