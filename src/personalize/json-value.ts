/** Narrows parsed JSON to what output lines may hold. */

export type Members = Readonly<Record<string, unknown>>;

export function isMembers(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * Reads an id or another text; an integer is taken for its digits, as inputs of 2019 had them.
 *
 * @returns undefined as `id` where the value is absent or null; a reason where it is anything else, or a number that
 *   a double does not hold exactly
 */
export function readId(
  value: unknown,
  name: string,
): { readonly id: string | undefined } | { readonly reason: string } {
  if (value === undefined || value === null) return { id: undefined };
  if (typeof value === 'string') return { id: value };
  return Number.isSafeInteger(value) ? { id: String(value) } : { reason: `${name} is not a text` };
}

/** Reads the error of a line; one that is not a text is taken for its JSON. */
export function readError(value: unknown): string | null {
  if (value === undefined || value === null) return null;
  return typeof value === 'string' ? value : JSON.stringify(value);
}
