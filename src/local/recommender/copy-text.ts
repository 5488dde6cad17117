/** Copies texts that were cut from larger ones. */

/** Copies a text: engines keep the whole of a long text in memory for the sake of any part of it. */
export function copyText(text: string): string {
  const copy: unknown = JSON.parse(JSON.stringify(text));
  return typeof copy === 'string' ? copy : text;
}
