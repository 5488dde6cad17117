/** Reads the status texts of Personalize, which differ between its documents and its answers. */

/** `active` is done; `other` is a status that no create goes through, such as DELETE PENDING or CREATE STOPPED. */
export type Status = 'pending' | 'in-progress' | 'active' | 'failed' | 'other';

const SPELLINGS: readonly (readonly [RegExp, Status])[] = [
  [/^(CREATE[ _])?PENDING$/, 'pending'],
  [/^(CREATE[ _])?IN[ _-]?PROGRESS$/, 'in-progress'],
  [/^ACTIVE$/, 'active'],
  [/^(CREATE[ _])?FAILED$/, 'failed'],
];

/**
 * Reads a status as the service model documents it (`PENDING`, `IN PROGRESS`) and as real jobs report it
 * (`CREATE PENDING`, `CREATE IN_PROGRESS`); `other` for every other text.
 */
export function readStatus(text: string): Status {
  const status = text.trim().toUpperCase();
  return SPELLINGS.find(([pattern]) => pattern.test(status))?.[1] ?? 'other';
}
