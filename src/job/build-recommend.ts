/** Builds what an e-mail job buys from the checked fields of its file: of the e-mail itself, and of its sections. */
import type { z } from 'zod';
import { buildFilter } from './build-filter';
import { buildSectionShow } from './build-show';
import type { EmailJob, RecommendRules, Section, SlateSource } from './email-job';
import type { recommendField } from './recommend-schema';
import type { sectionsField } from './sections-schema';

type RecommendFields = z.output<ReturnType<typeof recommendField>>;

/** The column that themes are written from where the file says no more than that it wants them. */
const ITEM_NAME = 'ITEM_NAME';

/** Builds `recommend`. */
export function buildRecommend(fields: RecommendFields): RecommendRules {
  const { solution, results, from, themes } = fields;
  return {
    solution,
    results,
    ...buildFilter(fields),
    ...(from === undefined ? {} : { from: buildSource(from) }),
    ...(themes === false ? {} : { themes: themes === true ? { itemName: ITEM_NAME } : themes }),
  };
}

function buildSource(from: NonNullable<RecommendFields['from']>): SlateSource {
  if (from === 'related') return { by: 'related' };
  if ('list' in from) return { by: 'list', itemIds: from.list };
  const { newest: count, category } = from;
  return { by: 'newest', count, ...(category === undefined ? {} : { category }) };
}

/** Builds `content.sections`; nothing where the file has none. */
export function buildSections(
  fields: z.output<ReturnType<typeof sectionsField>>,
): Pick<EmailJob['content'], 'sections'> {
  if (fields === undefined) return {};
  const sections = Object.entries(fields).map(([name, { title, required, ...written }]): Section => {
    const recommend = buildRecommend(written.recommend);
    const show = buildSectionShow(written.show, recommend);
    return { name, required, recommend, show, ...(title === undefined ? {} : { title }) };
  });
  return { sections };
}
