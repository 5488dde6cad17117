/** What the formats of ad platforms have in common. */
import type { Count, Field } from '../normalise/field';
import type { Column } from './format';

/** The file of a CSV format. */
export const CSV = { extension: 'csv', contentType: 'text/csv; charset=utf-8' } as const;

/** Makes the rule of a value that is written as its hash. */
export function hashed(
  rule: string,
  refused: string,
  normalise: Field['normalise'],
  normaliseBytes?: Field['normaliseBytes'],
): Field {
  return { form: 'hashed', rule, refused, normalise, ...(normaliseBytes === undefined ? {} : { normaliseBytes }) };
}

/** Makes the rule of a value that is written as it is normalised. */
export function plain(rule: string, refused: string, normalise: Field['normalise']): Field {
  return { form: 'plain', rule, refused, normalise };
}

/** Makes a column of a field. */
export function columnOf(header: string, { form, rule }: Field): Column {
  return { header, form, rule };
}

/** Counts a person whom nothing identifies to the platform. */
export function refuseUnknown(count: Count): undefined {
  count('no_identifier');
  return undefined;
}
