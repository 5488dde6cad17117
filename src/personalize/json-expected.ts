/** Says in words where and why the tokenizer refuses a line. */

/** What it waits for, by the number of the state in `json-machine.ts`. */
const EXPECTED: readonly string[] = [
  'a JSON object',
  'a value',
  'a value or "]"',
  'a key',
  'a key or "}"',
  '":"',
  '"," or the end of the list or object',
  'the end of the line',
  'the rest of a text',
  'the rest of an escape',
  'a hexadecimal digit',
  'the rest of a UTF-8 character',
  'the rest of a number',
  'true, false or null',
];

/** Says that a byte does not belong at its place, counted from 1; shows the byte itself where it is printable. */
export function describeRefusal(byte: number, place: number, state: number): string {
  const isShown = byte > 0x20 && byte < 0x7f && byte !== 0x22;
  const shown = isShown ? `"${String.fromCharCode(byte)}"` : `0x${byte.toString(16).padStart(2, '0')}`;
  return `${shown} stands at byte ${place} of the line where ${EXPECTED[state]} was expected`;
}

/** Says that a line of so many bytes ends too early. */
export function describeEnd(length: number, state: number): string {
  return `the line ends behind byte ${length} where ${EXPECTED[state]} was expected`;
}
