/** The verb `suppress`: whom nobody may write to. */
import type { Command } from 'commander';
import type { CliContext } from '../context';
import { addAdd } from './suppress/add';
import { addExport } from './suppress/export';
import { addImport } from './suppress/import';
import { addRemove } from './suppress/remove';
import { addShow } from './suppress/show';

/** Adds the verb. */
export function addSuppress(program: Command, context: CliContext): void {
  const suppress = program
    .command('suppress')
    .description('whom nobody may write to: add, remove, show, import, export')
    .helpCommand(false)
    .addHelpText(
      'before',
      'Examples:\n  nightjar suppress add ann@mail.example\n  nightjar suppress import unsubscribed.csv\n',
    )
    .addHelpText('after', '\nScopes, reasons, and what holds when: docs/suppression.md');
  for (const add of [addAdd, addRemove, addShow, addImport, addExport]) add(suppress, context);
}
