/** Tells minors by what is known of a contact: the attributes `minor`, `age` and `birth_date`. */

/** The attributes that `isMinor` reads. */
export const AGE_ATTRIBUTES = ['minor', 'age', 'birth_date'] as const;

/** The age from which on somebody is no minor. */
const FULL_AGE = 18;

/** Words of a spreadsheet, a CRM or a person for "this is a minor", in lower case. */
const YES: ReadonlySet<string> = new Set(['true', '1', 'yes', 'y', 't']);
const NO: ReadonlySet<string> = new Set(['', 'false', '0', 'no', 'n', 'f']);

type Attributes = Readonly<Record<string, string>>;

/**
 * Tells whether somebody is under 18 on a day, by any of three attributes: `minor` says so, `age` is a number below 18,
 * `birth_date` is less than 18 years before. Whoever has none of them counts as of age.
 * A birth date in another form than `YYYY-MM-DD` or `YYYYMMDD` is read by its four-digit year alone; where that leaves open whether the
 * birthday has been, the person counts as a minor. Somebody born on 29 February is of age on 1 March.
 *
 * @param day  `YYYY-MM-DD`
 * @returns `unclear` where one of them can't be read (a birth date without a year, an age in words), and none says that it is a minor
 */
export function isMinor(attributes: Attributes, day: string): boolean | 'unclear' {
  const { minor, age, birth_date: birthDate } = attributes;
  if (minor === undefined && age === undefined && birthDate === undefined) return false;
  const found = [
    readFlag(minor?.trim().toLowerCase() ?? ''),
    readAge(age?.trim() ?? ''),
    readBirth(birthDate?.trim() ?? '', day),
  ];
  return found.includes(true) || (found.includes('unclear') ? 'unclear' : false);
}

function readFlag(word: string): boolean | 'unclear' {
  return YES.has(word) || (NO.has(word) ? false : 'unclear');
}

function readAge(text: string): boolean | 'unclear' {
  if (text === '') return false;
  return /^\d{1,3}(\.\d+)?$/.test(text) ? Number(text) < FULL_AGE : 'unclear';
}

function readBirth(text: string, day: string): boolean | 'unclear' {
  return text === '' ? false : isUnderAge(text, day);
}

function isUnderAge(birthDate: string, day: string): boolean | 'unclear' {
  const lastBirthDay = `${String(Number(day.slice(0, 4)) - FULL_AGE).padStart(4, '0')}${day.slice(4)}`;
  const whole = /^(\d{4})(-?)(\d{2})\2(\d{2})(?!\d)/.exec(birthDate);
  if (whole !== null) return `${whole[1]}-${whole[3]}-${whole[4]}` > lastBirthDay;
  const year = /(?<!\d)\d{4}(?!\d)/.exec(birthDate)?.[0];
  return year === undefined ? 'unclear' : year >= lastBirthDay.slice(0, 4);
}
