/** Writes what an audience format is, for people. */
import type { AudienceFormat, Column } from '../../../audience/formats/format';

const WIDTH = 80;

/** Writes a format on one line. */
export function formatRow({ name, title }: AudienceFormat): string {
  return `${name.padEnd(16)} ${title}`;
}

/** Writes all of a format: columns, files, and what the platform's documents leave open. */
export function describeFormat(format: AudienceFormat, columns: readonly Column[]): string {
  const width = Math.max(...columns.map(({ header }) => header.length));
  const lines = columns.flatMap(({ header, form, rule }) =>
    hang(`  ${header.padEnd(width)}  ${form.padEnd(6)}  `, rule),
  );
  const facts = listFacts(format).flatMap(([what, fact]) => hang(`${what.padEnd(8)} `, fact));
  const open = format.open.flatMap((note) => hang('  - ', note));
  return [
    ...hang(`${format.name}: `, format.title),
    ...['', 'columns', ...lines, '', ...facts],
    ...(open.length === 0 ? [] : ['', 'left open by the platform’s documents', ...open]),
  ].join('\n');
}

/** Lists what a format says of its files. */
export function listFacts(format: AudienceFormat): readonly (readonly [string, string])[] {
  const { file, minimum, consent, changes, version } = format;
  const limits = [
    ...(file.maxRows === undefined ? [] : [`at most ${file.maxRows.toLocaleString('en-US')} rows`]),
    ...(file.maxBytes === undefined ? [] : [`at most ${file.maxBytes.toLocaleString('en-US')} bytes`]),
  ];
  return [
    ['files', limits.length === 0 ? `.${file.extension}, not split` : `.${file.extension}, ${limits.join(', ')} each`],
    ['changes', changes.join(', ')],
    ...(minimum === undefined
      ? []
      : [
          [
            'minimum',
            `${minimum.count.toLocaleString('en-US')} ${minimum.of === 'rows' ? 'people' : 'people that the platform finds'}`,
          ] as const,
        ]),
    ...(consent.length === 0 ? [] : [['consent', `to ${consent.join(' and ')} by name`] as const]),
    ['version', String(version)],
  ];
}

/** Breaks a text at blanks into lines that begin under its first word. */
function hang(head: string, text: string): readonly string[] {
  const room = Math.max(20, WIDTH - head.length);
  const lines: string[] = [''];
  for (const word of text.split(' ')) {
    const last = lines.at(-1) ?? '';
    if (last === '' || last.length + 1 + word.length <= room)
      lines[lines.length - 1] = last === '' ? word : `${last} ${word}`;
    else lines.push(word);
  }
  return lines.map((line, index) => `${index === 0 ? head : ' '.repeat(head.length)}${line}`.trimEnd());
}
