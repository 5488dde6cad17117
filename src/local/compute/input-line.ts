/** Reads one line of a batch job's input. */
import type { TextLine } from './lines';

/** The members of a line, or undefined where it isn't a JSON object. */
export type InputMembers = Readonly<Record<string, unknown>> | undefined;

/** Parses a line; its members are unchecked. */
export function parseInputLine(line: TextLine): InputMembers {
  if (typeof line !== 'string') return undefined;
  try {
    const value: unknown = JSON.parse(line);
    if (typeof value !== 'object' || value === null || Array.isArray(value)) return undefined;
    return Object.fromEntries(Object.entries(value));
  } catch {
    return undefined;
  }
}

/** Reads an id, which may be written as a number; undefined where it is missing, empty or something else. */
export function readId(value: unknown): string | undefined {
  if (typeof value === 'number') return String(value);
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** Reads a list of ids, as `readId` reads one; undefined where it is none, or holds something else. */
export function readIds(value: unknown): readonly string[] | undefined {
  if (!Array.isArray(value)) return undefined;
  const ids = value.map(readId);
  return ids.every((id) => id !== undefined) ? ids : undefined;
}

/** Tells whether there is nothing on a line, which is passed over. */
export function isBlank(line: TextLine): boolean {
  return typeof line === 'string' && line.trim() === '';
}

/** Gives what the output echoes: the line as it was written, or as a JSON text where it isn't JSON. */
export function echoInput(line: TextLine, members: InputMembers): string {
  if (typeof line !== 'string') return JSON.stringify(line.beginning);
  return members === undefined ? JSON.stringify(line) : line.trim();
}

/** The error of a line that is too long to be read; of its input, the beginning is echoed. */
export const LINE_TOO_LONG = 'User error: The input is longer than 16 MB';

/** Writes the text of AWS for a line without what its recipe needs. */
export function explainMissing(field: string, members: InputMembers): string {
  if (members === undefined) return 'User error: The input is not a JSON object';
  return `User error: Required fields for the provided recipe are ${field}`;
}
