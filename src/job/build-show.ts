/** Builds the rules of what an e-mail shows from the checked fields of a job file. */
import type { z } from 'zod';
import { type Milliseconds, parseDuration } from '../units';
import type { Fallback, ShowRules } from './definition';
import type { showField } from './show-schema';

type ShowFields = z.output<typeof showField>;

/** Builds `content.show`. @param hasFilter  popular items are not filtered: nobody gets them beside a filter without being asked for */
export function buildShow(fields: ShowFields, hasFilter: boolean): ShowRules {
  const { items, min, inStock, minPrice, maxPrice, maxPer } = fields;
  const maxAge = readDuration(fields.maxAge);
  const notBoughtWithin = readDuration(fields.notBoughtWithin);
  const notShownWithin = readDuration(fields.notShownWithin);
  return {
    items,
    min,
    inStock,
    fallback: fields.fallback === undefined ? (hasFilter ? 'none' : 'popular') : buildFallback(fields.fallback),
    ...(minPrice === undefined ? {} : { minPrice }),
    ...(maxPrice === undefined ? {} : { maxPrice }),
    ...(maxPer === undefined ? {} : { maxPer }),
    ...(maxAge === undefined ? {} : { maxAge }),
    ...(notBoughtWithin === undefined ? {} : { notBoughtWithin }),
    ...(notShownWithin === undefined ? {} : { notShownWithin }),
  };
}

function buildFallback(written: NonNullable<ShowFields['fallback']>): Fallback {
  return Array.isArray(written) ? { itemIds: written } : written;
}

function readDuration(text: string | undefined): Milliseconds | undefined {
  return text === undefined ? undefined : parseDuration(text);
}
