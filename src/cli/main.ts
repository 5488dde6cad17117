/** Builds the command line and ends the process; the only place that exits. */
import { Command, CommanderError } from 'commander';
import { NightjarError } from '../errors';
import { answerError } from './answer';
import type { CliContext, GlobalFlags } from './context';

type AddVerb = (program: Command, context: CliContext) => void;

/** Each verb is loaded when it is called: most need a part of what nightjar is made of, and all of it takes half a second. */
const VERBS: Readonly<Record<string, () => Promise<AddVerb>>> = {
  demo: async () => (await import('./verbs/demo.js')).addDemo,
  run: async () => (await import('./verbs/run.js')).addRun,
  plan: async () => (await import('./verbs/plan.js')).addPlan,
  jobs: async () => (await import('./verbs/jobs.js')).addJobs,
  runs: async () => (await import('./verbs/runs.js')).addRuns,
  import: async () => (await import('./verbs/import.js')).addImport,
  inspect: async () => (await import('./verbs/inspect.js')).addInspect,
  worker: async () => (await import('./verbs/worker.js')).addWorker,
  up: async () => (await import('./verbs/up.js')).addUp,
  serve: async () => (await import('./verbs/serve.js')).addServe,
  local: async () => (await import('./verbs/local.js')).addLocal,
  estimate: async () => (await import('./verbs/estimate.js')).addEstimate,
  doctor: async () => (await import('./verbs/doctor.js')).addDoctor,
  init: async () => (await import('./verbs/init.js')).addInit,
  suppress: async () => (await import('./verbs/suppress.js')).addSuppress,
  train: async () => (await import('./verbs/train.js')).addTrain,
  notify: async () => (await import('./verbs/notify.js')).addNotify,
  config: async () => (await import('./verbs/config.js')).addConfig,
  audience: async () => (await import('./verbs/audience.js')).addAudience,
  preview: async () => (await import('./verbs/preview.js')).addPreview,
  'test-send': async () => (await import('./verbs/test-send.js')).addTestSend,
};

/** Runs the command line of this process and ends it with the exit code of docs/exit-codes.md. */
export function main(): void {
  const stop = new AbortController();
  let exitCode = 0;
  const context: CliContext = {
    env: process.env,
    cwd: process.cwd(),
    signal: stop.signal,
    exitWith: (code) => (exitCode = code),
  };
  let stoppedBy = 0;
  const onSignal = (code: number) => () => {
    if (stop.signal.aborted) process.exit(code);
    stoppedBy = code;
    process.stderr.write(
      '\nstopping: finishing what is in hand; once more to leave at once. Run the same command again to go on.\n',
    );
    stop.abort();
  };
  process.on('SIGINT', onSignal(130));
  process.on('SIGTERM', onSignal(143));
  // A reader such as `head` that has seen enough is no failure.
  process.stdout.on('error', (error: NodeJS.ErrnoException) => (error.code === 'EPIPE' ? process.exit(0) : undefined));
  // What nobody caught ends the process like any other defect: with its stack, and without the addresses in it.
  process.on('uncaughtException', (error) => process.exit(answerError(flagsOf(new Command()), error)));
  void runProgram(context).then((code) => process.exit(stoppedBy === 0 ? (code ?? exitCode) : stoppedBy));
}

/** Runs the verb that the command line names, and answers the exit code of what went wrong. */
async function runProgram(context: CliContext): Promise<number | undefined> {
  const program = await buildProgram(context, nameVerb(process.argv.slice(2)));
  try {
    await program.parseAsync(process.argv);
    return undefined;
  } catch (error) {
    return error instanceof CommanderError
      ? answerUsage(flagsOf(program), error)
      : answerError(flagsOf(program), error);
  }
}

/** Options before the verb that take a value. */
const VALUED: readonly string[] = ['--project', '--state', '--config'];

/** Finds the verb among the arguments; undefined where there is none, or none of ours. */
function nameVerb(args: readonly string[]): string | undefined {
  const first = args.find((arg, index) => !arg.startsWith('-') && !VALUED.includes(args[index - 1] ?? ''));
  return first !== undefined && first in VERBS ? first : undefined;
}

/** Builds the program without running it: with the verb that is named, else with all. */
export async function buildProgram(context: CliContext, verb?: string): Promise<Command> {
  const program = new Command('nightjar')
    .description('From Amazon Personalize batch jobs to e-mails and audience files, every night, once and only once.')
    .version('0.1.0')
    .option('--project <dir>', 'folder of the project (default: the working folder)')
    .option('--state <dir>', 'state folder of the embedded engines (NIGHTJAR_STATE; default .nightjar)')
    .option('--config <file>', 'settings file over the defaults (NIGHTJAR_CONFIG)')
    .option('--json', 'one JSON document on stdout')
    .option('--quiet', 'no progress on stderr')
    .option('--debug', 'logs at debug level, stacks of errors')
    .helpCommand(false)
    .configureOutput({ outputError: () => undefined })
    .configureHelp({ showGlobalOptions: true })
    .addHelpText('before', 'Examples:\n  nightjar demo\n  nightjar run nightly-picks --date 2026-03-01\n')
    .addHelpText('after', '\nDocumentation: README.md, docs/job-file.md, docs/exit-codes.md');
  const own: CliContext = {
    ...context,
    get project() {
      return program.opts<GlobalFlags>().project ?? context.project;
    },
  };
  for (const [name, load] of Object.entries(VERBS))
    if (verb === undefined || verb === name) (await load())(program, own);
  exitOverrideAll(program);
  return program;
}

/** Help that was asked for is an answer; without a verb commander has shown it by then, and people need no more. */
function answerUsage(flags: GlobalFlags, { code, exitCode, message }: CommanderError): number {
  if (exitCode === 0) return 0;
  if (code === 'commander.help' && flags.json !== true) return 2;
  const text = message
    .replace(/^error: /, '')
    .replace(/\s*\(Did you mean (.*?)\?\)/s, '; did you mean $1')
    .replace(/'([^']*)'/g, '"$1"');
  const what = code === 'commander.help' ? 'no verb is given' : text;
  return answerError(flags, new NightjarError('E_USAGE', what, { fix: 'nightjar --help' }));
}

/** Commander would end the process by itself, without our exit codes. */
function exitOverrideAll(command: Command): void {
  command.exitOverride();
  for (const child of command.commands) exitOverrideAll(child);
}

function flagsOf(program: Command): GlobalFlags {
  return {
    ...program.opts<GlobalFlags>(),
    ...(process.argv.includes('--json') ? { json: true } : {}),
    ...((process.env.NIGHTJAR_DEBUG ?? '') === '' ? {} : { debug: true }),
  };
}
