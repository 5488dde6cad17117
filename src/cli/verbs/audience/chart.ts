/** Draws sizes and their history as text. */
const LEVELS = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

/** Draws a history as one character a value, the highest for the largest; empty for none. */
export function drawHistory(values: readonly number[]): string {
  const largest = Math.max(1, ...values);
  return values
    .map((value) => LEVELS[Math.min(LEVELS.length - 1, Math.floor((value / largest) * LEVELS.length))] ?? '')
    .join('');
}

/** Draws a bar of at most `width` characters, in eighths of one; whatever is there has at least an eighth. */
export function drawBar(
  value: number,
  { largest, width }: { readonly largest: number; readonly width: number },
): string {
  if (value <= 0 || largest <= 0) return '';
  const eighths = Math.max(1, Math.round((value / largest) * width * 8));
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}
