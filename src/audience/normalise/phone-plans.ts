/** Knows at a glance the telephone numbers that need no parsing, by the numbering plans of libphonenumber. */
import metadata from 'libphonenumber-js/max/metadata';
import { z } from 'zod';

/** What of libphonenumber's METADATA.md (version 4) is read: a country's row by position. */
const plansSchema = z.object({
  version: z.literal(4),
  country_calling_codes: z.record(z.string(), z.array(z.string())),
  countries: z.record(z.string(), z.array(z.unknown())),
});
const [LENGTHS, NATIONAL_PREFIX, PREFIX_FOR_PARSING] = [3, 5, 7];

interface Plan {
  /** Bit n is set where all countries of the calling code have national numbers of n digits. */
  readonly lengths: number;
  /** What may be a national prefix, which parsing takes away. */
  readonly prefix: RegExp | undefined;
}

/** Plans by calling code, the code as a number; read at first use. */
let known: readonly (Plan | undefined)[] | undefined;

/** The longest calling code. */
const CODE_DIGITS = 3;

/**
 * Tells that a text is `+` and digits, and surely a number of a possible length that parsing leaves as it is.
 * False says nothing: the number has to be parsed.
 */
export function isPlainlyPossible(text: string): boolean {
  const { length } = text;
  if (length < 8 || length > 16 || text.charCodeAt(0) !== 0x2b || text.charCodeAt(1) === 0x30) return false;
  known ??= readPlans();
  let code = 0;
  let plan: Plan | undefined;
  let national = 1;
  for (let index = 1; index < length; index++) {
    const digit = text.charCodeAt(index) - 0x30;
    if (digit < 0 || digit > 9) return false;
    if (plan !== undefined || index > CODE_DIGITS) continue;
    code = code * 10 + digit;
    plan = known[code];
    national = index + 1;
  }
  if (plan === undefined || ((plan.lengths >> (length - national)) & 1) === 0) return false;
  return plan.prefix === undefined || !plan.prefix.test(text.slice(national));
}

function readPlans(): readonly (Plan | undefined)[] {
  const { country_calling_codes: codes, countries } = plansSchema.parse(metadata);
  const plans: (Plan | undefined)[] = [];
  for (const [code, regions] of Object.entries(codes)) {
    const rows = regions.map((region) => countries[region] ?? []);
    const [main] = rows;
    if (main === undefined) continue;
    plans[Number(code)] = { lengths: rows.map(readLengths).reduce((all, own) => all & own), prefix: readPrefix(main) };
  }
  return plans;
}

function readLengths(row: readonly unknown[]): number {
  return z
    .array(z.int().min(1).max(17))
    .parse(row[LENGTHS])
    .reduce((bits, length) => bits | (1 << length), 0);
}

/** Reads the prefix of a calling code's main country, by which numbers of all its countries are parsed. */
function readPrefix(row: readonly unknown[]): RegExp | undefined {
  const prefix = row[PREFIX_FOR_PARSING] || row[NATIONAL_PREFIX];
  // The look behind: a prefix that may match nothing at all, as Argentina's, takes nothing away then.
  return typeof prefix === 'string' ? new RegExp(`^(?:${prefix})(?<=\\d)`) : undefined;
}
