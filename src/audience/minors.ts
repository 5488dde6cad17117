/** Tells minors by what is known of a contact: the attributes `minor`, `age` and `birth_date`. */

/** The age from which on somebody is no minor. */
const FULL_AGE = 18;

/** Words of a spreadsheet, a CRM or a person for "this is a minor", in lower case. */
const YES: ReadonlySet<string> = new Set(['true', '1', 'yes', 'y', 't']);

type Attributes = Readonly<Record<string, string>>;

/**
 * Tells whether somebody is under 18 on a day, by any of three attributes: `minor` says so, `age` is a number below 18,
 * `birth_date` is less than 18 years before. Whoever has none of them counts as of age.
 * A birth date in another form than `YYYY-MM-DD` or `YYYYMMDD` is read by its four-digit year alone; where that leaves open whether the
 * birthday has been, the person counts as a minor. Somebody born on 29 February is of age on 1 March.
 *
 * @param day  `YYYY-MM-DD`
 * @returns `unclear` where there is a birth date without a year that can be read, and nothing else says that it is a minor
 */
export function isMinor(attributes: Attributes, day: string): boolean | 'unclear' {
  const { minor, age, birth_date: birthDate } = attributes;
  if (minor !== undefined && YES.has(minor.trim().toLowerCase())) return true;
  if (age !== undefined && age.trim() !== '' && Number(age) < FULL_AGE) return true;
  const text = birthDate?.trim() ?? '';
  return text === '' ? false : isUnderAge(text, day);
}

function isUnderAge(birthDate: string, day: string): boolean | 'unclear' {
  const lastBirthDay = `${String(Number(day.slice(0, 4)) - FULL_AGE).padStart(4, '0')}${day.slice(4)}`;
  const whole = /^(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)/.exec(birthDate);
  if (whole !== null) return `${whole[1]}-${whole[3]}-${whole[4]}` > lastBirthDay;
  const year = /(?<!\d)\d{4}(?!\d)/.exec(birthDate)?.[0];
  return year === undefined ? 'unclear' : year >= lastBirthDay.slice(0, 4);
}
