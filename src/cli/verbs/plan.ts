/** The verb `plan`: shows what a run would do and cost, and does nothing. */
import type { Command } from 'commander';
import { slotOf } from '../../job/keys';
import { formatPlan } from '../../job/plan-text';
import { todaysSlot } from '../../job/today';
import { countOf } from '../../report/figures';
import { openBundle } from '../../run/bundle';
import { readSlotStanding, type SlotStanding } from '../../run/operate/slot-standing';
import { planRun } from '../../run/plan-run';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { openEngines } from '../open-engines';
import { readJob } from '../project';
import { addWishFlags, readWish, type WishFlags } from '../run-wish';

/** Adds the verb. */
export function addPlan(program: Command, context: CliContext): void {
  addWishFlags(program.command('plan'))
    .argument('<job>', 'name of a job in jobs/, or a job file')
    .description('show who would get it, what would be bought and its cost; nothing is changed')
    .option('--date <slot>', 'the slot; today where left out')
    .addHelpText('before', 'Examples:\n  nightjar plan nightly-picks\n  nightjar plan category-fans --json\n')
    .action(async (name: string, own: { date?: string } & WishFlags, command: Command) => {
      const flags = command.optsWithGlobals();
      const wish = readWish(own);
      const source = readJob(projectDir(context), name);
      const options = openOptions(context, flags);
      const { job } = await openBundle(options, source, { by: 'given', given: wish.params });
      const slot = own.date === undefined ? todaysSlot(job, Date.now()) : slotOf(own.date);
      const engines = await openEngines(options);
      try {
        const plan = await planRun(engines, { source, slot, ...wish });
        const standing = await readSlotStanding(engines, { job: job.name, slot });
        answer(flags, {
          text: [...(standing === undefined ? [] : describeStanding(standing)), formatPlan(plan)].join('\n'),
          json: { ...plan, standing },
        });
      } finally {
        await closeSoon(engines);
      }
    });
}

/** The plan below it is that of a run of those who got nothing yet. */
function describeStanding({ run, state, accepted, next }: SlotStanding): readonly string[] {
  return [`${run} stands for this slot: ${state}, ${countOf(accepted, 'e-mail')} accepted`, `  ${next}`, ''];
}
