/** Writes what docs/audience-formats.md says of each format and each counted word, from the registry. */
import { FORMATS } from '../../../src/audience/formats/all';
import type { AudienceFormat } from '../../../src/audience/formats/format';
import { REFUSALS } from '../../../src/audience/formats/refusals';
import { listFacts } from '../../../src/cli/verbs/audience/format-text';

const CONTEXT = {
  runId: 'fans.2026-03-01',
  at: '2026-03-01T02:00:00Z',
  audience: 'fans',
  path: ['nightly', 'fans'],
  attributes: [],
};

/** Writes the sections of all formats, in the order of the registry. */
export function writeSections(): string {
  return FORMATS.map(writeSection).join('\n');
}

/** Writes the table of what is counted. */
export function writeRefusals(): string {
  const rows = Object.entries(REFUSALS).map(([word, what]) => `| \`${word}\` | ${what} |`);
  return ['| counted as | what it is |', '|---|---|', ...rows].join('\n');
}

function writeSection(format: AudienceFormat): string {
  const columns = format
    .columns(CONTEXT)
    .map(({ header, form, rule }) => `| \`${header}\` | ${form} | ${rule.replaceAll('|', '\\|')} |`);
  const facts = listFacts(format).map(([what, fact]) => `- ${what}: ${fact}`);
  const open = format.open.map((note) => `- open: ${note}`);
  return [
    `### ${format.name}`,
    '',
    `${format.title}.`,
    '',
    ...['| column | form | value |', '|---|---|---|', ...columns],
    '',
    ...[...facts, ...open],
    '',
  ].join('\n');
}
