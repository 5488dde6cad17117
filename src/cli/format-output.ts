/** Prints the summary of a batch job's output. */
import type { OutputSummary, OutputTally } from '../personalize/output-summary';

/** Formats a summary in 80 columns. */
export function formatOutput(summary: OutputSummary): string {
  const { items, segments } = summary;
  const number = (count: number) => count.toLocaleString('en-US');
  const lines = [
    `objects        ${number(summary.objects)}`,
    `lines          ${number(summary.lines)}, ${number(summary.errorLines)} with an error, ${number(summary.brokenLines)} broken`,
    ...(summary.users > 0 ? [`users          ${number(summary.users)}`] : []),
    ...(items.listed > 0
      ? [
          `items          ${number(items.distinct)} different, ${number(items.listed)} listed`,
          ...tallies(items.top, 'on most lines'),
        ]
      : []),
    ...(segments.lines > 0
      ? [
          `segments       ${number(segments.lines)}, ${number(segments.users)} users`,
          ...tallies(segments.sizes, 'users'),
        ]
      : []),
    ...(summary.errors.length > 0 ? ['errors', ...tallies(summary.errors, 'lines')] : []),
  ];
  return lines.join('\n');
}

function tallies(counts: readonly OutputTally[], unit: string): string[] {
  return counts.map(
    ({ name, count }, index) =>
      `  ${count.toLocaleString('en-US').padStart(10)}  ${name}${index === 0 ? `   (${unit})` : ''}`,
  );
}
