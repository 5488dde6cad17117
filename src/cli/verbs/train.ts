/** The verb `train`: trains the solutions of the settings on the imported data, on the local AWS. */
import type { Command } from 'commander';
import { type Trained, trainOwnData } from '../../run/own-data/train-own';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions } from '../context';
import { openEngines } from '../open-engines';
import { processProgress } from '../progress';

/** Adds the verb. */
export function addTrain(program: Command, context: CliContext): void {
  program
    .command('train')
    .description('train on the imported data, on the local AWS')
    .addHelpText('before', 'Examples:\n  nightjar train\n  nightjar train --project shop --json\n')
    .action(async (_own: unknown, command: Command) => {
      const flags = command.optsWithGlobals();
      const progress = processProgress(flags);
      const engines = await openEngines(openOptions(context, flags));
      try {
        const trained = await trainOwnData(engines, (step) => progress.show(`Personalize: ${step}`));
        progress.clear();
        answer(flags, { text: formatTrained(trained), json: trained });
      } finally {
        await closeSoon(engines);
      }
    });
}

const KEPT = {
  gone: 'the data no longer have it, and a column of a dataset cannot be removed; its values are empty',
  texts: 'it was a column of numbers, and a column cannot change its type; values that are no numbers are empty',
} as const;

/** Writes what was trained, one line each. */
export function formatTrained({ group, activity, solutions, leftOut, itemAttributes, kept }: Trained): string {
  const { interactions, users } = activity;
  return [
    `trained       ${solutions.join(', ')} on ${interactions} interactions of ${users} users (dataset group ${group})`,
    ...leftOut.map(({ solution, reason }) => `not trained   ${solution}: ${reason}`),
    ...(itemAttributes.length === 0
      ? []
      : [`segments by   ${itemAttributes.map((name) => `ITEMS.${name}`).join(', ')}`]),
    ...kept.map(({ dataset, field, reason }) => `kept          ${dataset}.${field}: ${KEPT[reason]}`),
  ].join('\n');
}
