/** Finds the text of a member in the text of a JSON object, which a parse would lose. */

/**
 * Finds the value of the last member of that name at the top of an object.
 * Pure; linear in the text.
 *
 * @param text  a valid JSON object
 * @returns the value's own text, without the space around it; empty where the object has no such member
 */
export function findMember(text: string, name: string): string {
  let found = '';
  let at = text.indexOf('{') + 1;
  for (;;) {
    const key = text.indexOf('"', at);
    if (key < 0) return found;
    const keyEnd = skipString(text, key);
    const start = text.indexOf(':', keyEnd) + 1;
    const end = skipValue(text, start);
    if (JSON.parse(text.slice(key, keyEnd)) === name) found = text.slice(start, end).trim();
    at = end + 1;
  }
}

/** Goes to the comma or closing brace behind a value. */
function skipValue(text: string, from: number): number {
  let depth = 0;
  for (let at = from; ; at++) {
    const character = text.charAt(at);
    if (character === '"') at = skipString(text, at) - 1;
    else if (character === '{' || character === '[') depth++;
    else if (depth === 0 && (character === ',' || character === '}')) return at;
    else if (character === '}' || character === ']') depth--;
  }
}

function skipString(text: string, from: number): number {
  let at = from + 1;
  while (text.charAt(at) !== '"') at += text.charAt(at) === '\\' ? 2 : 1;
  return at + 1;
}
