/** Reads hyperparameters, which are texts. */

/** Reads a number; the default where it is missing or no number. */
export function readNumberParameter(
  parameters: Readonly<Record<string, string>>,
  name: string,
  byDefault: number,
): number {
  const text = parameters[name]?.trim() ?? '';
  const value = Number(text);
  return text === '' || Number.isNaN(value) ? byDefault : value;
}

/** Reads a truth value; the default where it is missing. */
export function readFlagParameter(
  parameters: Readonly<Record<string, string>>,
  name: string,
  byDefault: boolean,
): boolean {
  const text = parameters[name]?.trim().toLowerCase();
  return text === undefined || text === '' ? byDefault : text !== 'false';
}
