/** What the tokenizer waits for in each of its states, in words. */

/** By the number of the state in `json-machine.ts`. */
export const EXPECTED: readonly string[] = [
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
