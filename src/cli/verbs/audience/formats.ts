/** The verb `audience formats`: what files audiences can be written to, and what each holds. */
import type { Command } from 'commander';
import type { AudienceFormat, FileContext } from '../../../audience/formats/format';
import { answer } from '../../answer';
import type { CliContext } from '../../context';
import { listFormats, requireFormat } from './find-format';
import { describeFormat, formatRow } from './format-text';

/** Columns are shown without a job's attributes. */
const EXAMPLE: FileContext = { runId: '', at: '', audience: 'audience', path: ['job', 'audience'], attributes: [] };

/** Adds the verb. */
export function addFormats(audience: Command, context: CliContext): void {
  audience
    .command('formats')
    .argument('[name]', 'one format, with its columns and limits')
    .description('the formats of audience files: nightjar’s, and the project’s own')
    .addHelpText('before', 'Examples:\n  nightjar audience formats\n  nightjar audience formats google-ads\n')
    .action((name: string | undefined, _own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      if (name === undefined) {
        const formats = listFormats(context);
        answer(flags, { text: formats.map(formatRow).join('\n'), json: { formats: formats.map(describeJson) } });
        return;
      }
      const format = requireFormat(context, name);
      answer(flags, { text: describeFormat(format, format.columns(EXAMPLE)), json: { format: describeJson(format) } });
    });
}

function describeJson(format: AudienceFormat): object {
  const { name, title, version, file, minimum, consent, changes, open } = format;
  return {
    ...{ name, title, version, columns: format.columns(EXAMPLE), file },
    ...(minimum === undefined ? {} : { minimum }),
    ...{ consent, changes, open, fields: Object.keys(format.fields ?? {}) },
  };
}
