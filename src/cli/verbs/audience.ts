/** The verb `audience`: the audiences that runs have made, and the formats of their files. */
import type { Command } from 'commander';
import type { CliContext } from '../context';
import { addDiff } from './audience/diff';
import { addExport } from './audience/export';
import { addFormats } from './audience/formats';
import { addList } from './audience/list';
import { addNormalise } from './audience/normalise';
import { addOverlap } from './audience/overlap';
import { addShow } from './audience/show';

/** Adds the verb. */
export function addAudience(program: Command, context: CliContext): void {
  const audience = program
    .command('audience')
    .description('audiences: list, show, diff, overlap, export; the formats of their files')
    .helpCommand(false)
    // Names alone: the arguments of some would leave no room beside them in 80 columns.
    .configureHelp({ showGlobalOptions: true, subcommandTerm: (command) => command.name() })
    .addHelpText(
      'before',
      'Examples:\n  nightjar audience list\n  nightjar audience diff drama-fans/drama\n  nightjar audience formats meta\n  nightjar audience normalise meta email Ann@mail.example\n',
    );
  for (const add of [addList, addShow, addDiff, addOverlap, addExport, addFormats, addNormalise])
    add(audience, context);
}
