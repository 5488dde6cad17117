/** The verb `run`: queues the run of a job, follows it to its end, and ends with its exit code. */
import type { Command } from 'commander';
import { slotOf } from '../../job/keys';
import { formatReport } from '../../report/text';
import { openBundle } from '../../run/bundle';
import { readStanding } from '../../run/operate/standing';
import { startRun } from '../../run/start-run';
import { startWorker } from '../../run/worker';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, projectDir } from '../context';
import { openEngines } from '../open-engines';
import { processProgress } from '../progress';
import { readJob } from '../project';
import { runJob } from '../run-job';
import { formatStanding } from '../standing-text';

interface RunFlags {
  readonly date?: string;
  readonly again?: boolean;
  readonly detach?: boolean;
}

/** Adds the verb. */
export function addRun(program: Command, context: CliContext): void {
  program
    .command('run')
    .argument('<job>', 'name of a job in jobs/, or a job file')
    .description('run a job for one slot, once and only once')
    .option('--date <slot>', 'the slot, 2026-03-01 or 2026-03-01T0630; today where left out')
    .option('--again', 'make a new run of a finished or cancelled slot; nobody accepted before gets a second mail')
    .option('--detach', 'queue it, print the run id, and leave the work to workers')
    .addHelpText(
      'before',
      'Examples:\n  nightjar run nightly-picks\n  nightjar run category-fans --date 2026-03-01 --json\n',
    )
    .addHelpText(
      'after',
      '\nA slot that has been run is found again, and nothing is bought or sent twice.\nExit codes: docs/exit-codes.md',
    )
    .action(async (name: string, own: RunFlags, command: Command) => runVerb(context, { name, own, command }));
}

async function runVerb(context: CliContext, call: { name: string; own: RunFlags; command: Command }): Promise<void> {
  const flags = call.command.optsWithGlobals();
  const source = readJob(projectDir(context), call.name);
  const options = openOptions(context, flags);
  const { job } = openBundle(options, source);
  const slot = call.own.date === undefined ? today(job.schedule?.timezone ?? 'UTC', Date.now()) : slotOf(call.own.date);
  const engines = await openEngines(options);
  const again = call.own.again === true;
  try {
    if (call.own.detach === true) {
      const started = await startRun(engines, { source, slot, again });
      answer(flags, { text: started.runId, json: { run: started.runId, how: started.how } });
      return;
    }
    const worker = await startWorker(engines);
    try {
      const end = await runJob(engines, {
        source,
        slot,
        again,
        signal: context.signal,
        progress: processProgress(flags),
      });
      const text =
        end.summary === undefined
          ? formatStanding(end.run, await readStanding(engines, end.run), { isReported: false })
          : formatReport(end.summary);
      answer(flags, {
        text,
        json: end.summary ?? { run: end.run.runId, state: end.run.state, pausedReason: end.run.pausedReason },
      });
      context.exitWith(end.exitCode);
    } finally {
      await worker.close();
    }
  } finally {
    await closeSoon(engines);
  }
}

/** Tells today's date in a time zone. */
export function today(timeZone: string, now: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
}
