/** The words by which a format of a team's own changes values, each with what it does. */
import { normaliseEmail, normaliseGoogleEmail } from '../../normalise/email';
import { normalisePhone } from '../../normalise/phone';
import { tidyText } from '../../normalise/text';
import { normaliseHandle } from '../../normalise/traits';

/** Changes a value that is not empty; undefined where it can't be used. */
export type Transform = (value: string, country: string | undefined) => string | undefined;

interface Word {
  readonly about: string;
  readonly change: Transform;
  /** What a value that can't be used is counted as. */
  readonly refused?: string;
}

const replace =
  (pattern: RegExp): Transform =>
  (value) =>
    value.replace(pattern, '');

/** By name, in the order in which they are told of. */
export const WORDS: ReadonlyMap<string, Word> = new Map(
  Object.entries({
    email: {
      about: 'trimmed, lower case; what is no address is left out',
      change: normaliseEmail,
      refused: 'bad_email',
    },
    gmail: {
      about: 'as email, and addresses of gmail.com and googlemail.com without dots and without + and what follows',
      change: normaliseGoogleEmail,
      refused: 'bad_email',
    },
    phone: {
      about: "E.164, by the contact's country; what is no number is left out",
      change: normalisePhone,
      refused: 'bad_phone',
    },
    trim: { about: 'no blanks at the ends, one blank inside, Unicode NFC', change: tidyText },
    lower: { about: 'lower case', change: (value) => value.toLowerCase() },
    upper: { about: 'upper case', change: (value) => value.toUpperCase() },
    digits: { about: 'digits alone', change: replace(/[^0-9]+/g) },
    alphanumeric: { about: 'letters and digits of every script alone', change: replace(/[^\p{L}\p{M}\p{N}]+/gu) },
    'no-blanks': { about: 'without blanks', change: replace(/\s+/g) },
    'no-accents': {
      about: 'é as e',
      change: (value) =>
        value
          .normalize('NFD')
          .replace(/\p{M}+/gu, '')
          .normalize('NFC'),
    },
    handle: {
      about: 'a user name of letters, digits and _ without its @, lower case',
      change: normaliseHandle,
      refused: 'bad_handle',
    },
    language: {
      about: 'the language of a locale: en of en-GB',
      change: (value) => /^[A-Za-z]{2,3}(?![A-Za-z])/.exec(value)?.[0].toLowerCase(),
      refused: 'bad_locale',
    },
  } satisfies Record<string, Word>),
);

const CUT = /^cut\(([1-9]\d{0,4})\)$/;

/** Finds a word; `cut(50)` keeps the first 50 characters. */
export function findTransform(name: string): Pick<Word, 'change' | 'refused'> | undefined {
  const most = CUT.exec(name)?.[1];
  if (most === undefined) return WORDS.get(name);
  return { change: (value) => (value.length <= Number(most) ? value : [...value].slice(0, Number(most)).join('')) };
}

/** Lists the words for messages and completion. */
export const TRANSFORM_NAMES: readonly string[] = [...WORDS.keys(), 'cut(50)'];
