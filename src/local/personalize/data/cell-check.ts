/** Checks single cells of a CSV file against the field of the schema that they belong to. */
import type { AvroType, DatasetKind, SchemaField } from './avro-schema';

/** Says what is wrong with a cell, in a sentence; undefined where it fits. */
export type CheckCell = (cell: string) => string | undefined;

/** Characters of an id, of other values, and of a textual value. Source: developer guide, "endpoints and quotas". */
const MAX_ID_LENGTH = 256;
const MAX_VALUE_LENGTH = 1000;
const MAX_TEXT_LENGTH = 20_000;

/** The model's limit of event types. */
const MAX_EVENT_TYPE_LENGTH = 256;

/** In seconds this is the year 5138; in milliseconds it was in 1973. */
const MIN_MILLISECONDS = 1e11;

const GUIDELINES = 'https://docs.aws.amazon.com/personalize/latest/dg/data-prep-formatting.html';

/** Makes the check of a field; quotes of values are cut at 100 characters. */
export function createCellCheck(kind: DatasetKind, field: SchemaField): CheckCell {
  const { name, type, isNullable } = field;
  const longest = maxLength(kind, field);
  const fits = FITS[type];
  const checkMore = findMoreChecks(kind, name);
  return (cell) => {
    if (cell === '') return isNullable ? undefined : 'Value is missing, and the schema does not allow null.';
    if (cell.length > longest) return `Length cannot be more than ${longest} characters for ${name}. ${LENGTH_HINT}`;
    if (!fits(cell)) return `Value ${quoteCell(cell)} is not of type ${type}: expected ${EXPECTED[type]}.`;
    return checkMore?.(cell);
  };
}

/** The text is AWS's: developer guide, "Common error messages". */
const LENGTH_HINT = `If no values exceed the character limit, make sure your data follows the formatting guidelines listed in ${GUIDELINES}.`;

function maxLength(kind: DatasetKind, { name, isTextual }: SchemaField): number {
  if (name === 'USER_ID' || name === 'ITEM_ID') return MAX_ID_LENGTH;
  if (kind === 'Interactions' && name === 'EVENT_TYPE') return MAX_EVENT_TYPE_LENGTH;
  return isTextual ? MAX_TEXT_LENGTH : MAX_VALUE_LENGTH;
}

function findMoreChecks(kind: DatasetKind, name: string): CheckCell | undefined {
  if (kind === 'Interactions' && name === 'IMPRESSION') return checkImpression;
  const isTime =
    (kind === 'Interactions' && name === 'TIMESTAMP') || (kind === 'Items' && name === 'CREATION_TIMESTAMP');
  return isTime ? checkTime : undefined;
}

function checkTime(cell: string): string | undefined {
  if (Math.abs(Number(cell)) < MIN_MILLISECONDS) return undefined;
  return `Value ${quoteCell(cell)} seems to be in milliseconds: expected Unix epoch time in seconds.`;
}

function checkImpression(cell: string): string | undefined {
  if (cell.split('|').every((id) => id !== '' && id.length <= MAX_ID_LENGTH)) return undefined;
  return `Value ${quoteCell(cell)} is not a list of item ids: expected ids of 1 to ${MAX_ID_LENGTH} characters, joined by |.`;
}

const WHOLE = /^[+-]?\d+$/;
const DECIMAL = /^[+-]?(\d+\.?\d*|\.\d+)([eE][+-]?\d+)?$/;
const MAX_INT = 2 ** 31;
const MAX_LONG = 2n ** 63n;
const MAX_FLOAT = 3.4028235677973366e38;

/** Decimal digits that a long always has room for. */
const SAFE_DIGITS = 18;

const FITS: Readonly<Record<AvroType, (cell: string) => boolean>> = {
  string: () => true,
  boolean: (cell) => /^(true|false)$/i.test(cell),
  int: (cell) => WHOLE.test(cell) && Number(cell) >= -MAX_INT && Number(cell) < MAX_INT,
  long: (cell) => WHOLE.test(cell) && (cell.length <= SAFE_DIGITS || isLong(BigInt(cell.replace('+', '')))),
  float: (cell) => DECIMAL.test(cell) && Math.abs(Number(cell)) < MAX_FLOAT,
  double: (cell) => DECIMAL.test(cell) && Number.isFinite(Number(cell)),
};

function isLong(value: bigint): boolean {
  return value >= -MAX_LONG && value < MAX_LONG;
}

const EXPECTED: Readonly<Record<AvroType, string>> = {
  string: 'a text',
  boolean: 'true or false',
  int: 'a whole number of 32 bits',
  long: 'a whole number of 64 bits',
  float: 'a decimal number with a point, at most 3.4e38',
  double: 'a decimal number with a point',
};

const QUOTED_LENGTH = 100;

function quoteCell(cell: string): string {
  return JSON.stringify(cell.length > QUOTED_LENGTH ? `${cell.slice(0, QUOTED_LENGTH)}…` : cell);
}
