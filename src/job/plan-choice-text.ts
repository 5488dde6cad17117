/** Prints how the audiences of a plan are made, as labelled rows. */
import { wrapText } from '../config/wrap';
import type { AudiencePlan, Plan } from './plan';

/** A label, empty where it is that of the row before, and a text. */
export type LabelledRow = readonly [label: string, text: string];

/** Prints expressions, sets and rules; nothing where each query makes an audience of all its users. */
export function listChoice({ audiences = [], sets = [], choice }: AudiencePlan): readonly LabelledRow[] {
  return [
    ...listNamed(
      'audiences',
      audiences.map(({ name, expression }) => [name, expression.replace(/\s+/g, ' ')]),
    ),
    ...listNamed(
      'from',
      sets.flatMap(({ name, about, note }) => [
        [name, about] as const,
        ...(note === undefined ? [] : [['', `NOTE: ${note}`] as const]),
      ]),
    ),
    ...(choice?.top === undefined ? [] : [['top', describeTop(choice.top)] as const]),
    ...(choice?.sample === undefined ? [] : [['sample', `${choice.sample}, the same people each time`] as const]),
    ...(choice?.split === undefined ? [] : [['split', describeSplit(choice.split)] as const]),
  ];
}

/** Beside a label of 16 characters. */
const WIDTH = 64;
const LEAST_WIDTH = 24;

/** Prints what a person should know before it is run. */
export function listNotes({ notes = [] }: Pick<Plan, 'notes'>): readonly LabelledRow[] {
  return notes.flatMap((note) => wrapText(note, WIDTH).map((line, nth) => [nth === 0 ? 'NOTE' : '', line] as const));
}

function listNamed(label: string, rows: readonly (readonly [string, string])[]): readonly LabelledRow[] {
  const width = Math.max(0, ...rows.map(([name]) => name.length));
  return rows.flatMap(([name, text], index) =>
    wrapText(text, Math.max(LEAST_WIDTH, WIDTH - width - 2)).map(
      (line, nth) =>
        [index === 0 && nth === 0 ? label : '', `${(nth === 0 ? name : '').padEnd(width)}  ${line}`] as const,
    ),
  );
}

function describeTop(top: number | string): string {
  return `the best ${typeof top === 'number' ? top.toLocaleString('en-US') : top} by rank`;
}

function describeSplit(parts: readonly { readonly name: string; readonly share: string }[]): string {
  return parts.map(({ name, share }) => `${name} ${share}${name === 'holdout' ? ' (no files)' : ''}`).join(', ');
}
