/** Builds the rules of what an e-mail shows from the checked fields of a job file. */
import type { z } from 'zod';
import { type Milliseconds, parseDuration } from '../units';
import type { Fallback, RecommendRules, ShowRules } from './email-job';
import type { sectionShowField, showField } from './show-schema';

type ShowFields = z.output<typeof showField>;

type CommonFields = Omit<z.output<typeof sectionShowField>, 'fallback'>;

/** Builds `content.show`. */
export function buildShow(fields: ShowFields, recommend: RecommendRules): ShowRules {
  const notBoughtWithin = readDuration(fields.notBoughtWithin);
  const notShownWithin = readDuration(fields.notShownWithin);
  return {
    ...buildRules(fields),
    fallback: fields.fallback === undefined ? usualFallback(recommend, 'popular') : buildFallback(fields.fallback),
    ...(notBoughtWithin === undefined ? {} : { notBoughtWithin }),
    ...(notShownWithin === undefined ? {} : { notShownWithin }),
  };
}

/** Builds `show` of a section: popular items fill it only where the file says so. */
export function buildSectionShow(fields: z.output<typeof sectionShowField>, recommend: RecommendRules): ShowRules {
  const fallback = fields.fallback === undefined ? usualFallback(recommend, 'none') : buildFallback(fields.fallback);
  return { ...buildRules(fields), fallback };
}

function buildRules(fields: CommonFields): Omit<ShowRules, 'fallback'> {
  const { items, min, inStock, minPrice, maxPrice, maxPer } = fields;
  const maxAge = readDuration(fields.maxAge);
  return {
    items,
    min,
    inStock,
    ...(minPrice === undefined ? {} : { minPrice }),
    ...(maxPrice === undefined ? {} : { maxPrice }),
    ...(maxPer === undefined ? {} : { maxPer }),
    ...(maxAge === undefined ? {} : { maxAge }),
  };
}

/** A fallback is not filtered: nobody gets it beside a filter without being asked for. Who chose a list means that list. */
function usualFallback({ filter, from }: RecommendRules, otherwise: 'popular' | 'none'): Fallback {
  if (filter !== undefined || from?.by === 'newest') return 'none';
  return from?.by === 'list' ? { itemIds: from.itemIds } : otherwise;
}

function buildFallback(written: NonNullable<ShowFields['fallback']>): Fallback {
  return Array.isArray(written) ? { itemIds: written } : written;
}

function readDuration(text: string | undefined): Milliseconds | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
