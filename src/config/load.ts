/** Resolves the settings: defaults, then files, then the environment, then flags. Reading files is the caller's. */
import { combineErrors, NightjarError } from '../errors';
import { coerceText, type Environment, readEnvironment } from './environment';
import { describeSchema, type FieldSchema, findField } from './field-schema';
import { dotted, findLayer, type Layer, type Merged, mergeLayers, nest, readPath } from './layers';
import { compareByPlace } from './place-order';
import { explainIssues, type Problem } from './problems';
import { maskText } from './quote';
import { type Settings, settingsSchema } from './settings';
import { readYaml } from './yaml-source';

/** A setting given by a flag of the command line. */
export interface Override {
  /** `queue.url` */
  readonly path: string;
  /** Texts are read as the setting's type. */
  readonly value: string | number | boolean;
  /** `--redis`, for messages. */
  readonly flag: string;
}

/** Where settings come from, in the order in which they override one another. */
export interface SettingsSources {
  /** The text of `config/default.yaml`, which holds every setting. */
  readonly defaultText: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly env: Environment;
  readonly overrides: readonly Override[];
}

/** The settings, and for each leaf (`mail.from`) where it came from: `default`, `FILE:LINE`, `env NAME` or `flag NAME`. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<string, string>;
}

/**
 * Resolves all settings.
 *
 * @throws E_CONFIG_SYNTAX if a file is not YAML; E_CONFIG_FIELD with every problem of all sources at once
 */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const schema = describeSchema(settingsSchema);
  const defaults = readLayer({ path: 'config/default.yaml', text: sources.defaultText }, () => 'default');
  const files = sources.files.map((file) => readLayer(file));
  const fromFiles = mergeLayers([defaults, ...files]);
  const environment = readEnvironment({ env: sources.env, schema, values: [defaults.values, fromFiles.values] });
  const flags = sources.overrides.map((override) => layerOf(override, schema));
  const merged = mergeLayers([defaults, ...files, ...environment.layers, ...flags]);
  const result = settingsSchema.safeParse(merged.values, { reportInput: true });
  const exampleAt = (path: readonly PropertyKey[]) => readPath(defaults.values, path) ?? undefined;
  const problems = explainIssues(result.error?.issues ?? [], { schema, noun: 'settings', exampleAt });
  const errors = problems.map((problem) => toError({ problem, merged, example: exampleAt(problem.path) }));
  const error = combineErrors([...environment.problems, ...errors].sort(compareByPlace));
  if (error !== undefined) throw error;
  return {
    settings: settingsSchema.parse(merged.values),
    origins: new Map([...merged.leaves].map(([name, { path, layer }]) => [name, layer.originOf(path)])),
  };
}

function readLayer(
  { path: file, text }: { readonly path: string; readonly text: string },
  originOf?: Layer['originOf'],
): Layer {
  const source = readYaml({ file, text, code: 'E_CONFIG_SYNTAX' });
  if (source.value !== null && (typeof source.value !== 'object' || Array.isArray(source.value))) {
    throw new NightjarError('E_CONFIG_SYNTAX', 'the file is not a map of settings', {
      where: { file, line: 1, column: 1 },
      fix: 'write settings as in config/default.yaml, for example "instance: demo"',
    });
  }
  return {
    values: source.value ?? {},
    originOf: originOf ?? ((path) => `${file}:${source.whereIs(path, 'key').line ?? 1}`),
    whereIs: source.whereIs,
  };
}

function layerOf({ path, value, flag }: Override, schema: FieldSchema): Layer {
  const keys = path.split('.');
  const origin = `flag ${flag}`;
  const read = typeof value === 'string' ? coerceText(value, findField(schema, keys)?.node ?? {}) : value;
  return { name: flag, values: nest(keys, read), originOf: () => origin, whereIs: () => ({ step: origin }) };
}

interface ProblemCase {
  readonly problem: Problem;
  readonly merged: Merged;
  readonly example: unknown;
}

function toError({ problem, merged, example }: ProblemCase): NightjarError {
  const layer = findLayer(merged, problem.path);
  const name = layer?.name;
  const good =
    typeof example === 'object' || example === undefined ? '' : `set ${name} to ${maskText(String(example))}, or `;
  return new NightjarError('E_CONFIG_FIELD', problem.message, {
    where: layer?.whereIs(problem.path, problem.part) ?? { step: dotted(problem.path) },
    fix: name === undefined ? problem.fix : `${good}remove ${name}`,
  });
}
