/** What every verb is given: flags, settings, streams, and the signal that ends it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LoadedSettings, loadSettings, type Override } from '../config/load';
import { listSecretTexts } from '../config/secret';
import { NightjarError } from '../errors';
import { PROCESS_KEY } from './hide-addresses';
import { createLog, stderrSink } from './log';
import type { OpenOptions } from './open-store';
import { projectRoot, settingsFile } from './project-files';
import { findSigningSecret } from './secrets';

/** The flags that every verb takes. */
export interface GlobalFlags {
  readonly state?: string;
  readonly project?: string;
  readonly config?: string;
  readonly json?: boolean;
  readonly quiet?: boolean;
  readonly debug?: boolean;
}

export interface CliContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  /** What `--project` says; relative to `cwd`. */
  readonly project?: string | undefined;
  /** Aborted by the first SIGINT or SIGTERM. */
  readonly signal: AbortSignal;
  /** Sets the code that the process ends with. */
  readonly exitWith: (code: number) => void;
}

/** Where the package lies: jobs, templates and settings that come with it. */
export const PACKAGE_ROOT = path.join(__dirname, '..', '..');

/** Resolves the settings from the default, the project's own, `--config` or NIGHTJAR_CONFIG, the environment, and flags. */
export function readSettings(
  context: CliContext,
  flags: GlobalFlags,
  overrides: readonly Override[] = [],
): LoadedSettings {
  const own = settingsFile(context);
  const projectFiles = existsSync(own)
    ? [{ path: path.relative(context.cwd, own), text: readFileSync(own, 'utf8') }]
    : [];
  const file = flags.config ?? context.env.NIGHTJAR_CONFIG;
  const named = file === undefined || file === '' ? [] : [{ path: file, text: readConfig(context, file) }];
  return loadSettings({
    defaultText: readFileSync(path.join(PACKAGE_ROOT, 'config', 'default.yaml'), 'utf8'),
    files: [...projectFiles, ...named],
    env: context.env,
    overrides: [...logOverrides(context, flags), ...overrides],
    readText: (named) => readFileSync(path.resolve(context.cwd, named), 'utf8'),
  });
}

/** Flags that set how much is logged. */
function logOverrides({ env }: CliContext, { debug, quiet }: GlobalFlags): readonly Override[] {
  if (debug === true) return [{ path: 'log.level', value: 'debug', flag: '--debug' }];
  if (quiet === true) return [{ path: 'log.level', value: 'error', flag: '--quiet' }];
  const isAsked = (env.NIGHTJAR_DEBUG ?? '') !== '';
  return isAsked ? [{ path: 'log.level', value: 'debug', flag: 'NIGHTJAR_DEBUG' }] : [];
}

function readConfig(context: CliContext, file: string): string {
  try {
    return readFileSync(path.resolve(context.cwd, file), 'utf8');
  } catch (error) {
    throw new NightjarError('E_CONFIG_SYNTAX', `the settings file "${file}" can't be read`, {
      fix: 'check the path given by --config or NIGHTJAR_CONFIG',
      cause: error,
    });
  }
}

/** Names the state folder: `--state`, NIGHTJAR_STATE, or `.nightjar` in the project's folder. */
export function stateDir(context: CliContext, flags: GlobalFlags): string {
  const named = flags.state ?? context.env.NIGHTJAR_STATE;
  return named === undefined ? path.join(projectRoot(context), '.nightjar') : path.resolve(context.cwd, named);
}

/** Collects what opening the engines takes. */
export function openOptions(
  context: CliContext,
  flags: GlobalFlags,
  more: { readonly jobSeconds?: number; readonly overrides?: readonly Override[] } = {},
): OpenOptions {
  const { settings, schema } = readSettings(context, flags, more.overrides ?? []);
  const folder = stateDir(context, flags);
  let secret: string | undefined;
  const key = (): string => {
    secret ??= findSigningSecret(context.env, folder);
    return secret ?? PROCESS_KEY;
  };
  const sink = { write: (line: string) => stderrSink().write(line) };
  return {
    settings,
    stateDir: folder,
    env: context.env,
    log: createLog({
      ...settings.log,
      instance: settings.instance,
      ...{ sink, key, secrets: listSecretTexts(settings, schema) },
      now: () => Date.now(),
    }),
    jobSeconds: more.jobSeconds ?? 0,
  };
}

/** Finds the folder that holds jobs/ and templates/: that of `--project`, else the working folder, else the package's own examples. */
export function projectDir(context: CliContext): string {
  if (context.project !== undefined) return projectRoot(context);
  return existsSync(path.join(context.cwd, 'jobs')) ? context.cwd : PACKAGE_ROOT;
}
