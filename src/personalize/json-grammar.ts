/** The small tables of JSON and UTF-8 that both readers of bytes use. */

/** What may stand behind a backslash, but `u`. */
export const SIMPLE_ESCAPES = Buffer.from('"\\/bfnrt');

/** Tells space, tab and carriage return; the line feed ends a line and is none of them. */
export function isSpace(byte: number): boolean {
  return byte === 0x20 || byte === 0x09 || byte === 0x0d;
}

export function isDigit(byte: number): boolean {
  return (byte - 0x30) >>> 0 <= 9;
}

export function isHexDigit(byte: number): boolean {
  return isDigit(byte) || ((byte | 0x20) - 0x61) >>> 0 <= 5;
}

const NUMBER_STATES = 9;
/** The step of a byte that does not go on with the number. */
export const NUMBER_FAIL = NUMBER_STATES;
/** The next state of a number by `state * 256 + byte`; state 0 stands before its first byte. */
export const NUMBER_STEPS = makeNumberSteps();
/** The states in which a number is whole: behind 0, the integer's, the fraction's and the exponent's digits. */
export const NUMBER_ENDS: readonly number[] = [2, 3, 5, 8];

/** States: 1 minus, 2 zero, 3 integer, 4 point, 5 fraction, 6 e, 7 sign of the exponent, 8 exponent. */
function makeNumberSteps(): Uint8Array {
  const steps = new Uint8Array(NUMBER_STATES * 256).fill(NUMBER_FAIL);
  const allow = (from: readonly number[], bytes: string, to: number): void => {
    for (const state of from) for (const byte of Buffer.from(bytes)) steps[state * 256 + byte] = to;
  };
  allow([0], '-', 1);
  allow([0, 1], '0', 2);
  allow([0, 1], '123456789', 3);
  allow([3], '0123456789', 3);
  allow([2, 3], '.', 4);
  allow([4, 5], '0123456789', 5);
  allow([2, 3, 5], 'eE', 6);
  allow([6], '+-', 7);
  allow([6, 7, 8], '0123456789', 8);
  return steps;
}

/** How a UTF-8 character goes on: how many bytes follow, and the range of the first of them. */
export interface LeadByte {
  readonly following: number;
  readonly low: number;
  readonly high: number;
}

/** Reads the first byte of a UTF-8 character beyond ASCII, undefined where none starts so. Source: Unicode, table 3-7. */
export function readLeadByte(byte: number): LeadByte | undefined {
  if (byte < 0xc2 || byte > 0xf4) return undefined;
  if (byte < 0xe0) return { following: 1, low: 0x80, high: 0xbf };
  if (byte < 0xf0) return { following: 2, low: byte === 0xe0 ? 0xa0 : 0x80, high: byte === 0xed ? 0x9f : 0xbf };
  return { following: 3, low: byte === 0xf0 ? 0x90 : 0x80, high: byte === 0xf4 ? 0x8f : 0xbf };
}
