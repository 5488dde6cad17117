/** Makes of a template's sample what the ledger and the catalogue would hold, were it a recipient's. */
import type { Sample, SampleItems } from '../../content/sample';
import { type FurtherSlates, OWN_ITEMS } from '../../database/ledger/section-slates';
import type { EmailJob, RecommendRules } from '../../job/email-job';
import type { Item } from '../../job/people';

/** What a sample shows. */
export type GivenItems = Omit<Sample, 'contact'>;

/** What a job can show of a sample: a reason, a theme and sections only where the job has them. */
export function givenFor({ recommend, content }: EmailJob, sample: Sample): GivenItems {
  const known = (content.sections ?? []).flatMap(({ name, recommend: rules }) => {
    const section = sample.sections?.[name];
    return section === undefined ? [] : [[name, shownBy(rules, section)] as const];
  });
  return {
    ...shownBy(recommend, sample),
    ...(known.length === 0 ? {} : { sections: Object.fromEntries(known) }),
  };
}

function shownBy({ from, themes }: RecommendRules, { items, because, theme }: SampleItems): SampleItems {
  return {
    items,
    ...(because === undefined || from?.by !== 'related' ? {} : { because }),
    ...(theme === undefined || themes === undefined ? {} : { theme }),
  };
}

/** The slates that a delivery of the sample would have. */
export function slatesOfSample(given: GivenItems): FurtherSlates & { readonly slate: readonly string[] } {
  const own = { items: [], ...(given.theme === undefined ? {} : { theme: given.theme }) };
  const further = Object.entries(given.sections ?? {}).map(([name, { items, theme }]) => {
    return [name, { items: idsOf(items), ...(theme === undefined ? {} : { theme }) }] as const;
  });
  return {
    slate: idsOf(given.items),
    sections: { [OWN_ITEMS]: own, ...Object.fromEntries(further) },
    seed: reasonsOf(given)[0]?.itemId,
  };
}

const idsOf = (items: readonly Item[]) => [...new Set(items.map(({ itemId }) => itemId))];

/** A person has bought one thing last, so one reason is all that a sample can show. */
function reasonsOf({ because, sections = {} }: GivenItems): readonly Item[] {
  return [because, ...Object.values(sections).map((section) => section.because)].flatMap((item) => item ?? []);
}

/** The catalogue that has what the sample shows. */
export function catalogueOf(given: GivenItems): ReadonlyMap<string, Item> {
  const all = [given, ...Object.values(given.sections ?? {})].flatMap(({ items }) => items);
  return new Map([...reasonsOf(given), ...all].map((item) => [item.itemId, item]));
}

/** The job without rules: a sample is shown whatever it holds. */
export function showAll(job: EmailJob): EmailJob {
  const show = (items: number) => ({ items, min: 1, inStock: false, fallback: 'none' as const });
  const sections = job.content.sections?.map((section) => {
    return { ...section, required: false, show: show(section.show.items) };
  });
  const content = { ...job.content, show: show(job.content.show.items) };
  return { ...job, content: { ...content, ...(sections === undefined ? {} : { sections }) } };
}
