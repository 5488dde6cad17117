/** Makes cells of contact values by a platform's rule for a field, and counts what can't be used. */

import { sha256Hex } from '../../sha256';
import { isFormula } from './formula';
import { isHash } from './hash';
import type { NormaliseBytes } from './plain-bytes';
import { tidyText } from './text';

/** How a platform wants one kind of value. */
export interface Field {
  readonly form: 'plain' | 'hashed';
  /** One sentence, without the word "hashed". */
  readonly rule: string;
  /** What a value that can't be used is counted as, such as `bad_email`. */
  readonly refused: string;
  /** @param country of the contact, ISO 3166-1 alpha-2 in capitals */
  normalise(value: string, country: string | undefined): string | undefined;
  /** Does what `normalise` does, and faster, for most of the values that people have. */
  readonly normaliseBytes?: NormaliseBytes;
}

export type Count = (what: string) => void;

/** Makes the cell of a value; empty where there is none, or none that can be used, which is counted. */
export type MakeCell = (value: string | undefined, country: string | undefined, count: Count) => string;

/**
 * Makes cells by a field's rule: normalised, and hashed where the field is.
 * A hash in place of a value is refused: hashed again it would match nobody.
 */
export function cellsOf(field: Field): MakeCell {
  const finish = field.form === 'hashed' ? sha256Hex : (value: string) => value;
  return (value, country, count) => {
    if (value === undefined || value === '') return '';
    if (field.form === 'hashed' && isHash(value)) return leaveOut(count, 'already_hashed');
    const normalised = field.normalise(value, country);
    if (normalised === undefined) return leaveOut(count, field.refused);
    return finish(normalised);
  };
}

const SLOTS = 8192;

/**
 * As `cellsOf`, for values that many people share: names, places. Remembers the last value of each of some thousand
 * slots with its cell; more would lie too far from the processor to be faster than hashing again.
 */
export function sharedCellsOf(field: Field): MakeCell {
  const make = cellsOf(field);
  const values: (string | undefined)[] = new Array(SLOTS);
  const countries: (string | undefined)[] = new Array(SLOTS);
  const cells: string[] = new Array(SLOTS).fill('');
  return (value, country, count) => {
    if (value === undefined || value === '') return '';
    const slot = slotOf(value);
    if (values[slot] === value && countries[slot] === country) return cells[slot] ?? '';
    let isRefused = false;
    const cell = make(value, country, (what) => {
      isRefused = true;
      count(what);
    });
    if (isRefused) return cell;
    values[slot] = value;
    countries[slot] = country;
    cells[slot] = cell;
    return cell;
  };
}

/** FNV-1a over the UTF-16 units, at most sixteen of them. */
function slotOf(value: string): number {
  const length = Math.min(value.length, 16);
  let hash = 0x811c9dc5;
  for (let index = 0; index < length; index++) hash = Math.imul(hash ^ value.charCodeAt(index), 0x01000193);
  return (hash ^ (hash >>> 15)) & (SLOTS - 1);
}

const CONTROL = /\p{Cc}/u;
const CONTROLS = /\p{Cc}/gu;

/**
 * Makes a rule for texts that a platform reads as they are, on one line without control characters. A text that a
 * spreadsheet would run is left out, for an apostrophe before it would make it another value.
 *
 * @param most  how many characters the platform takes; the rest is cut off
 */
export function plainText(rule: string, most = Number.POSITIVE_INFINITY): Field {
  return {
    form: 'plain',
    rule,
    refused: 'formula',
    normalise: (value) => {
      const text = tidyText(CONTROL.test(value) ? value.replaceAll(CONTROLS, ' ') : value);
      if (isFormula(text)) return undefined;
      return text.length <= most ? text : [...text].slice(0, most).join('').trimEnd();
    },
  };
}

function leaveOut(count: Count, what: string): string {
  count(what);
  return '';
}
