/** Brings texts into the form that all normalisers begin with. */

const PLAIN = 0;
const UPPER = 1;
const UNTIDY = 2;

/**
 * Tidies a text: Unicode NFC, no zero-width spaces, blanks of every kind as one space each, none at the ends.
 * TAB and line ends count as blanks.
 */
export function tidyText(text: string): string {
  return look(text) < UNTIDY ? text : tidySlowly(text);
}

/** Tidies a text and writes it in lower case, as no locale has it: `I` becomes `i` also for Turkish. */
export function lowerText(text: string): string {
  const form = look(text);
  if (form === PLAIN) return text;
  return (form === UPPER ? text : tidySlowly(text)).toLowerCase();
}

function tidySlowly(text: string): string {
  return text
    .normalize('NFC')
    .replace(/[\u200B\uFEFF]+/g, '')
    .replace(/\s+/g, ' ')
    .trim();
}

/** Tells in one pass what a text needs: nothing, lower case, or everything; only ASCII can need less than everything. */
function look(text: string): number {
  const { length } = text;
  let form = PLAIN;
  let before = 0x20;
  for (let index = 0; index < length; index++) {
    const unit = text.charCodeAt(index);
    if (unit > 0x7f || unit < 0x20 || (unit === 0x20 && before === 0x20)) return UNTIDY;
    if (unit >= 0x41 && unit <= 0x5a) form = UPPER;
    before = unit;
  }
  return before === 0x20 && length > 0 ? UNTIDY : form;
}
