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
  /** Bit n is set where the prefix may begin with the digit n. */
  readonly firstDigits: number;
}

/** Plans by calling code, the code as a number; read at first use. */
let known: readonly (Plan | undefined)[] | undefined;

/** The longest calling code. */
const CODE_DIGITS = 3;
/** The plus and the most digits of a number. */
const MOST_UNITS = 16;
const PLUS = 0x2b;
const ZERO = 0x30;

const written = new Uint8Array(MOST_UNITS);

/**
 * Tells that a text is `+` and digits, and surely a number of a possible length that parsing leaves as it is.
 * False says nothing: the number has to be parsed.
 */
export function isPlainlyPossible(text: string): boolean {
  const { length } = text;
  if (length > MOST_UNITS) return false;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f) return false;
    written[index] = unit;
  }
  return isPlainlyPossibleAt(written, 0, length);
}

/** Tells it of a text that stands in bytes as UTF-8. */
export function isPlainlyPossibleAt(bytes: Uint8Array, start: number, end: number): boolean {
  const length = end - start;
  if (length < 8 || length > MOST_UNITS || bytes[start] !== PLUS || bytes[start + 1] === ZERO) return false;
  known ??= readPlans();
  let code = 0;
  let plan: Plan | undefined;
  let national = start;
  for (let at = start + 1; at < end; at++) {
    const digit = (bytes[at] ?? 0) - ZERO;
    if (digit < 0 || digit > 9) return false;
    if (plan !== undefined || at - start > CODE_DIGITS) continue;
    code = code * 10 + digit;
    plan = known[code];
    national = at + 1;
  }
  if (plan === undefined || ((plan.lengths >> (end - national)) & 1) === 0) return false;
  if (plan.prefix === undefined || ((plan.firstDigits >> ((bytes[national] ?? 0) - ZERO)) & 1) === 0) return true;
  return !plan.prefix.test(String.fromCharCode(...bytes.subarray(national, end)));
}

function readPlans(): readonly (Plan | undefined)[] {
  const { country_calling_codes: codes, countries } = plansSchema.parse(metadata);
  const plans: (Plan | undefined)[] = [];
  for (const [code, regions] of Object.entries(codes)) {
    const rows = regions.map((region) => countries[region] ?? []);
    const [main] = rows;
    if (main === undefined) continue;
    const lengths = rows.map(readLengths).reduce((all, own) => all & own);
    plans[Number(code)] = { lengths, ...readPrefix(main) };
  }
  return plans;
}

function readLengths(row: readonly unknown[]): number {
  return z
    .array(z.int().min(1).max(17))
    .parse(row[LENGTHS])
    .reduce((bits, length) => bits | (1 << length), 0);
}

const ALL_DIGITS = 0b11_1111_1111;

/** Reads the prefix of a calling code's main country, by which numbers of all its countries are parsed. */
function readPrefix(row: readonly unknown[]): Pick<Plan, 'prefix' | 'firstDigits'> {
  const text = row[PREFIX_FOR_PARSING] || row[NATIONAL_PREFIX];
  if (typeof text !== 'string') return { prefix: undefined, firstDigits: 0 };
  // The look behind: a prefix that may match nothing at all, as Argentina's, takes nothing away then.
  const prefix = new RegExp(`^(?:${text})(?<=\\d)`);
  // Most are one digit or a few; of the others it is not known here.
  return { prefix, firstDigits: /^\d+$/.test(text) ? 1 << Number(text[0]) : ALL_DIGITS };
}
