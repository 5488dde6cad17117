/** The verb `run`: queues the run of a job, follows it to its end, and ends with its exit code. */
import type { Command } from 'commander';
import { countLanes } from '../../database/pacing/worker-lanes';
import { slotOf } from '../../job/keys';
import { todaysSlot } from '../../job/today';
import type { RunningWorker } from '../../queue/work-queue';
import { formatReport } from '../../report/text';
import { openBundle } from '../../run/bundle';
import type { Engines } from '../../run/engines';
import { readStanding } from '../../run/operate/standing';
import { startRun } from '../../run/start-run';
import { startWorker } from '../../run/worker';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { confirmRun } from '../confirm-run';
import { type CliContext, openOptions, projectDir } from '../context';
import { openEngines } from '../open-engines';
import { type ProgressLine, processProgress } from '../progress';
import { readJob } from '../project';
import { locateReport } from '../report-place';
import { runJob } from '../run-job';
import { addWishFlags, readWish, type WishFlags } from '../run-wish';
import { formatStanding } from '../standing-text';

interface RunFlags extends WishFlags {
  readonly date?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
  readonly confirm?: string;
}

/** Adds the verb. */
export function addRun(program: Command, context: CliContext): void {
  addWishFlags(program.command('run'))
    .argument('<job>', 'name of a job in jobs/, or a job file')
    .description('run a job for one slot, once and only once')
    .option('--date <slot>', 'the slot, 2026-03-01 or 2026-03-01T0630; today where left out')
    .option('--again', 'make a new run of a finished or cancelled slot; nobody accepted before gets a second mail')
    .option('--detach', 'queue it, print the run id, and leave the work to workers')
    .option('--confirm <job>', 'answer beforehand what a new run asks for that sends through a real mail server')
    .addHelpText(
      'before',
      'Examples:\n  nightjar run nightly-picks\n  nightjar run category-fans --date 2026-03-01 --json\n  nightjar run theme-mail --param category=tea --limit 100\n',
    )
    .addHelpText(
      'after',
      '\nOn the embedded default it does the work itself; elsewhere workers do, and it\nfollows them (nightjar worker).\nA slot that has been run is found again, and nothing is bought or sent twice.\nWith a real mail server a new run of e-mails shows what it would send, and\nwants the name of its job typed (docs/safe-steps.md).\nExit codes: docs/exit-codes.md',
    )
    .action(async (name: string, own: RunFlags, command: Command) => runVerb(context, { name, own, command }));
}

async function runVerb(context: CliContext, call: { name: string; own: RunFlags; command: Command }): Promise<void> {
  const flags = call.command.optsWithGlobals();
  const wish = readWish(call.own);
  const source = readJob(projectDir(context), call.name);
  const options = openOptions(context, flags);
  const { job } = await openBundle(options, source, { by: 'given', given: wish.params });
  const slot = call.own.date === undefined ? todaysSlot(job, Date.now()) : slotOf(call.own.date);
  const engines = await openEngines(options);
  const { detach = false, confirm: given } = call.own;
  const asked = { source, slot, again: call.own.again === true, ...wish };
  try {
    const isNew = await confirmRun(engines, { job, wish: asked, given, detach });
    // What was not asked about is no new run, whatever has become of the one that was there.
    const again = asked.again && isNew;
    if (detach) {
      const started = await startRun(engines, { source, slot, again, ...wish });
      answer(flags, { text: started.runId, json: { run: started.runId, how: started.how } });
      return;
    }
    const progress = processProgress(flags);
    const worker = await workHere(engines, progress);
    try {
      const end = await runJob(engines, { source, slot, again, ...wish, signal: context.signal, progress });
      const text =
        end.summary === undefined
          ? formatStanding(end.run, await readStanding(engines, end.run), { isReported: false })
          : formatReport(end.summary, { report: locateReport(engines, end.run.runId) });
      answer(flags, {
        text,
        json: end.summary ?? { run: end.run.runId, state: end.run.state, pausedReason: end.run.pausedReason },
      });
      context.exitWith(end.exitCode);
    } finally {
      await worker?.close();
    }
  } finally {
    await closeSoon(engines);
  }
}

/** On the embedded default this process does the work as well; elsewhere workers do, and this one follows. */
async function workHere(engines: Engines, progress: ProgressLine): Promise<RunningWorker | undefined> {
  if (engines.settings.database.url === 'embedded') return startWorker(engines);
  if ((await countLanes(engines.db)) === 0)
    progress.say('no worker is running, so the run waits for one: nightjar worker');
  return undefined;
}
