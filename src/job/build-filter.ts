/** Builds the filter of a job from the checked fields of its file. */
import type { z } from 'zod';
import type { FilterConstant, FilterWish, PlaceholderValue } from './base-job';
import type { recipientValuesField } from './filter-schema';

interface FilterFields {
  readonly filter?: string | undefined;
  readonly filterValues?: z.output<typeof recipientValuesField>;
}

/** Builds the filter; nothing where the file names none. */
export function buildFilter({ filter, filterValues }: FilterFields): { readonly filter?: FilterWish } {
  if (filter === undefined) return {};
  const values = Object.entries(filterValues ?? {}).map(
    ([name, value]): readonly [string, PlaceholderValue] => [name, buildValue(value)] as const,
  );
  return { filter: { named: filter, values: Object.fromEntries(values) } };
}

type ValueField = NonNullable<FilterFields['filterValues']>[string];

function buildValue(value: ValueField): PlaceholderValue {
  if (typeof value !== 'object') return { by: 'constants', constants: [value] };
  if (!('attribute' in value)) return { by: 'constants', constants: value };
  const otherwise: readonly FilterConstant[] | undefined =
    value.default === undefined ? undefined : [value.default].flat();
  return { by: 'attribute', attribute: value.attribute, ...(otherwise === undefined ? {} : { otherwise }) };
}
