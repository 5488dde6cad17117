/** What every verb is given: flags, settings, streams, and the signal that ends it. */
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { type LoadedSettings, loadSettings, type Override } from '../config/load';
import { NightjarError } from '../errors';
import type { Log } from '../run/engines';
import { createLog } from './log';
import type { OpenOptions } from './open-store';
import { projectRoot, settingsFile } from './project-files';

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
    overrides,
  });
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
  const { settings } = readSettings(context, flags, more.overrides ?? []);
  return {
    settings,
    stateDir: stateDir(context, flags),
    env: context.env,
    log: logOf(flags, settings.log),
    jobSeconds: more.jobSeconds ?? 0,
  };
}

function logOf(
  flags: GlobalFlags,
  log: { level: 'debug' | 'info' | 'warn' | 'error'; format: 'pretty' | 'json' },
): Log {
  const level = flags.debug === true ? 'debug' : flags.quiet === true ? 'error' : log.level;
  return createLog({ level, format: log.format, write: (line) => process.stderr.write(line), now: () => Date.now() });
}

/** Finds the folder that holds jobs/ and templates/: that of `--project`, else the working folder, else the package's own examples. */
export function projectDir(context: CliContext): string {
  if (context.project !== undefined) return projectRoot(context);
  return existsSync(path.join(context.cwd, 'jobs')) ? context.cwd : PACKAGE_ROOT;
}
