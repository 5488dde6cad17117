/** Knows the cells that a spreadsheet would run as formulas (CWE-1236, OWASP "CSV Injection"). */

/** Puts an apostrophe before a cell that a spreadsheet would take for a formula. */
export function escapeFormula(cell: string): string {
  return isFormula(cell) ? `'${cell}` : cell;
}

/** Tells whether a spreadsheet may run a cell as a formula, whether it is quoted or not. */
export function isFormula(cell: string): boolean {
  const first = cell.charCodeAt(0);
  return first < 0x30
    ? TRIGGERS.has(first)
    : first === 0x3d || first === 0x40 || (first > 0xff00 && TRIGGERS.has(first));
}

const TRIGGERS: ReadonlySet<number> = new Set([...'=+-@\t\r\n\0＝＋－＠'].map((letter) => letter.charCodeAt(0)));
