/** Builds the rules of what an e-mail shows from the checked fields of a job file. */
import type { z } from 'zod';
import { type Milliseconds, parseDuration } from '../units';
import type { Fallback, ShowRules } from './definition';
import type { showField } from './show-schema';

type ShowFields = z.output<typeof showField>;

/** Builds `content.show`. @param hasFilter  popular items are not filtered: nobody gets them beside a filter without being asked for */
export function buildShow(fields: ShowFields, hasFilter: boolean): ShowRules {
  const { items, min, inStock, minPrice, maxPrice, maxPer } = fields;
  return {
    items,
    min,
    inStock,
    fallback: fields.fallback === undefined ? (hasFilter ? 'none' : 'popular') : buildFallback(fields.fallback),
    ...(minPrice === undefined ? {} : { minPrice }),
    ...(maxPrice === undefined ? {} : { maxPrice }),
    ...(maxPer === undefined ? {} : { maxPer }),
    ...durationOf('maxAge', fields.maxAge),
    ...durationOf('notBoughtWithin', fields.notBoughtWithin),
    ...durationOf('notShownWithin', fields.notShownWithin),
  };
}

function buildFallback(written: NonNullable<ShowFields['fallback']>): Fallback {
  return Array.isArray(written) ? { itemIds: written } : written;
}

function durationOf<Name extends string>(
  name: Name,
  text: string | undefined,
): { readonly [key in Name]?: Milliseconds } {
  const duration = text === undefined ? undefined : parseDuration(text);
  // An object with a computed key is typed as any record.
  return duration === undefined ? {} : ({ [name]: duration } as { readonly [key in Name]: Milliseconds });
}
