/** Cells that a spreadsheet would run as formulas: protected in a file that is written, taken back from one that is read. */

/** CWE-1236, OWASP "CSV Injection". Apostrophes before it are counted, so that what was protected is told from what is so. */
const FORMULA = /^'*[=+\-@\t\r\n\0＝＋－＠]/;

/** Puts an apostrophe before a cell that a spreadsheet would take for a formula. */
export function protectCell(cell: string): string {
  return FORMULA.test(cell) ? `'${cell}` : cell;
}

/** Takes back what `protectCell` has done; any other cell stays. */
export function unprotectCell(cell: string): string {
  return cell.startsWith("'") && FORMULA.test(cell) ? cell.slice(1) : cell;
}
