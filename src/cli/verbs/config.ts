/** The verb `config`: prints settings with their values and origins, secrets masked. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { settingsEditorSchema } from '../../config/editor-schema';
import { findSettings, listSettings, type SettingRow } from '../../config/listing';
import { answer } from '../answer';
import { formatBeside, formatDetails, formatSettings } from '../config-text';
import { type CliContext, type GlobalFlags, PACKAGE_ROOT, readSettings } from '../context';
import { listSecrets } from '../secrets';

interface ConfigFlags {
  readonly changed?: boolean;
}

/** Adds the verb. */
export function addConfig(program: Command, context: CliContext): void {
  const config = program
    .command('config')
    .argument('[key]', 'a setting, a section, or a variable: mail.from, mail, SMTP_URL; all where left out')
    .description('print each setting with its value and where it comes from; secrets are masked')
    .option('--changed', 'only what differs from the default')
    .addHelpText('before', 'Examples:\n  nightjar config --changed\n  nightjar config mail.from\n')
    .addHelpText(
      'after',
      '\nnightjar config schema prints the JSON Schema of settings files, for editors.\nThe layers and their order: docs/settings.md',
    )
    .action((key: string | undefined, own: ConfigFlags, command: Command) => {
      const flags = command.optsWithGlobals<GlobalFlags>();
      const loaded = readSettings(context, flags);
      const keep = (row: SettingRow): boolean => own.changed !== true || row.changed;
      if (key === undefined) {
        const rows = listSettings(loaded).filter(keep);
        const beside = listSecrets(context.env);
        const text = [formatSettings(rows), ...(own.changed === true ? [] : [formatBeside(beside)])].join('\n\n');
        return answer(flags, { text, json: { settings: rows, secrets: beside } });
      }
      const found = findSettings(loaded, key);
      if ('layers' in found) return answer(flags, { text: formatDetails(found), json: found });
      const rows = found.filter(keep);
      return answer(flags, { text: formatSettings(rows), json: { settings: rows } });
    });
  config
    .command('schema')
    .description('print the JSON Schema of settings files')
    .addHelpText('before', 'Examples:\n  nightjar config schema > settings.schema.json\n')
    .action(() => {
      const defaultText = readFileSync(path.join(PACKAGE_ROOT, 'config', 'default.yaml'), 'utf8');
      process.stdout.write(`${JSON.stringify(settingsEditorSchema(defaultText), null, 2)}\n`);
    });
}
