/** The verb `demo`: a whole night of the sample shop on this machine. */
import { existsSync } from 'node:fs';
import path from 'node:path';
import type { Command } from 'commander';
import { NightjarError } from '../../errors';
import type { RunSummary } from '../../report/summary';
import { startWorker } from '../../run/worker';
import { answer } from '../answer';
import { closeSoon } from '../closing';
import { type CliContext, openOptions, PACKAGE_ROOT, projectDir } from '../context';
import { prepareShop } from '../demo-shop';
import { writeNightReport } from '../night-report';
import { type OpenEngines, openEngines } from '../open-engines';
import { type ProgressLine, processProgress } from '../progress';
import { listJobNames, readJob } from '../project';
import { settingsFile } from '../project-files';
import { type RunEnd, runJob } from '../run-job';

interface DemoFlags {
  readonly seed: number;
  readonly jobSeconds: number;
}

/** The night of the demo: of the jobs that come with nightjar, one of each kind. */
const JOBS = ['nightly-picks', 'category-fans', 'item-fans'];

/** Adds the verb. */
export function addDemo(program: Command, context: CliContext): void {
  program
    .command('demo')
    .description('run a whole night of a sample shop on this machine: nothing leaves it')
    .option('--seed <n>', 'which shop; its night is fixed by it', readWhole, 7)
    .option('--job-seconds <n>', 'how long imports, trainings and batch jobs take at least', readWhole, 0)
    .addHelpText('before', 'Examples:\n  nightjar demo\n  nightjar demo --state /tmp/night --seed 11\n')
    .addHelpText('after', '\nA second demo finds the night done: it sends and buys nothing twice.')
    .action(async (own: DemoFlags, command: Command) => demo(context, own, command));
}

async function demo(context: CliContext, own: DemoFlags, command: Command): Promise<void> {
  const flags = command.optsWithGlobals();
  if (existsSync(settingsFile(context))) {
    const message =
      'config/nightjar.yaml is there, so this project has a shop of its own; the sample shop would mix with it';
    const demo = `node ${path.join(PACKAGE_ROOT, 'bin', 'nightjar.js')} demo`;
    throw new NightjarError('E_USAGE', message, {
      fix: `run a job of yours (nightjar jobs list), or see the sample shop beside it: cd "$(mktemp -d)" && ${demo}`,
    });
  }
  const progress = processProgress(flags);
  progress.show('starting PostgreSQL, the local AWS and the inbox');
  const overrides = [
    { path: 'database.url', value: 'embedded', flag: 'demo' },
    { path: 'queue.url', value: 'embedded', flag: 'demo' },
    { path: 'aws.endpoint', value: 'embedded', flag: 'demo' },
  ];
  const options = openOptions(
    context,
    { ...flags, quiet: flags.quiet ?? flags.debug !== true },
    { jobSeconds: own.jobSeconds, overrides },
  );
  const engines = await openEngines(options);
  try {
    const shop = await prepareShop(engines, { seed: own.seed, progress });
    const ends = await runNight(context, { engines, slot: shop.slot, progress });
    const report = await writeNightReport(engines, { slot: shop.slot, runs: ends.map((end) => end.run) });
    progress.clear();
    answer(flags, { text: formatNight({ engines, ends, report }), json: describeNight({ engines, ends, report }) });
    context.exitWith(Math.max(...ends.map((end) => end.exitCode)));
  } finally {
    await closeSoon(engines);
  }
}

async function runNight(
  context: CliContext,
  night: { engines: OpenEngines; slot: string; progress: ProgressLine },
): Promise<readonly RunEnd[]> {
  const { engines, slot, progress } = night;
  const project = projectDir(context);
  const known = new Set(listJobNames(project));
  const worker = await startWorker(engines);
  try {
    const ends: RunEnd[] = [];
    for (const name of JOBS.filter((job) => known.has(job))) {
      ends.push(
        await runJob(engines, { source: readJob(project, name), slot, again: false, signal: context.signal, progress }),
      );
      if (context.signal.aborted) break;
    }
    if (ends.length === 0)
      throw new NightjarError('E_JOB_UNKNOWN', 'this folder has none of the example jobs', {
        fix: 'run nightjar demo in another folder',
      });
    return ends;
  } finally {
    await worker.close();
  }
}

interface Night {
  readonly engines: OpenEngines;
  readonly ends: readonly RunEnd[];
  /** Path of the night's report. */
  readonly report: string;
}

function formatNight({ engines, ends, report }: Night): string {
  const lines = ends.map(
    ({ run, summary, wasDone }) =>
      `  ${run.runId.padEnd(28)} ${summary === undefined ? run.state : describeRun(summary)}${wasDone ? '  (done before)' : ''}`,
  );
  const again = ends.every((end) => end.wasDone)
    ? ['This night was done before: nothing was sent and nothing was bought.', '']
    : [];
  return [
    ...again,
    `The night of ${ends[0]?.run.slot ?? ''}`,
    ...lines,
    '',
    `Report     ${report}`,
    `E-mails    ${path.join(engines.state.inbox, '*.eml')}`,
    `Audiences  ${path.join(engines.state.s3, engines.settings.storage.bucket, 'audiences')}`,
    '',
    'Next: npx nightjar plan nightly-picks   shows what another night would do and cost',
    '      npx nightjar preview editorial    shows another job; nightjar jobs list, all',
  ].join('\n');
}

function describeRun(summary: RunSummary): string {
  const price =
    summary.cost.amount === undefined ? 'cost unknown' : `${summary.cost.amount.toFixed(2)} ${summary.cost.currency}`;
  if (summary.deliveries !== undefined)
    return `${summary.deliveries.accepted} e-mails accepted of ${summary.chosen} chosen, ${price}`;
  return `${(summary.audiences ?? []).map((audience) => `${audience.name} ${audience.members}`).join(', ')}, ${price}`;
}

function describeNight({ engines, ends, report }: Night): object {
  return {
    slot: ends[0]?.run.slot,
    doneBefore: ends.every((end) => end.wasDone),
    runs: ends.map((end) => end.summary ?? { run: end.run.runId, state: end.run.state }),
    report,
    inbox: engines.state.inbox,
    audiences: path.join(engines.state.s3, engines.settings.storage.bucket, 'audiences'),
  };
}

function readWhole(text: string): number {
  const number = Number(text);
  if (Number.isInteger(number) && number >= 0) return number;
  throw new NightjarError('E_USAGE', `"${text}" is not a whole number, 0 or more`, { fix: 'nightjar demo --seed 7' });
}
