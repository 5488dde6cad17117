/** Resolves the settings: defaults, then files, then the environment, then flags. Reading files is the caller's. */
import { combineErrors, NightjarError } from '../errors';
import { coerceText, readEnvironment } from './environment';
import { describeSchema, type FieldSchema, findField } from './field-schema';
import { dotted, findLayer, type Layer, type Merged, mergeLayers, nest, readPath } from './layers';
import { compareByPlace } from './place-order';
import { explainIssues, type Problem } from './problems';
import { maskText } from './quote';
import type { Environment, ReadText } from './secret-files';
import { type Settings, settingsSchema } from './settings';
import { readYaml } from './yaml-source';

/** A setting given by a flag of the command line. */
export interface Override {
  /** `queue.url` */
  readonly path: string;
  /** Texts are read as the setting's type. */
  readonly value: string | number | boolean;
  /** `--redis`, for messages; or a variable that stands for a flag. */
  readonly flag: string;
}

/** Where settings come from, in the order in which they override one another. */
export interface SettingsSources {
  /** The text of `config/default.yaml`, which holds every setting. */
  readonly defaultText: string;
  readonly files: readonly { readonly path: string; readonly text: string }[];
  readonly env: Environment;
  readonly overrides: readonly Override[];
  /** Reads the files of secrets that `…_FILE` variables name; without it none can be read. */
  readonly readText?: ReadText;
}

/** The settings, and for each leaf (`mail.from`) where it came from: `default`, `FILE:LINE`, `env NAME` or `flag NAME`. */
export interface LoadedSettings {
  readonly settings: Settings;
  readonly origins: ReadonlyMap<string, string>;
  /** All that set something, the later over the earlier; the first is the defaults. */
  readonly layers: readonly Layer[];
  /** Of a settings file. */
  readonly schema: FieldSchema;
}

/**
 * Resolves all settings.
 *
 * @throws E_CONFIG_SYNTAX if a file is not YAML; E_CONFIG_FIELD with every problem of all sources at once
 */
export function loadSettings(sources: SettingsSources): LoadedSettings {
  const schema = schemaOfSettings();
  const defaults = readLayer({ path: 'config/default.yaml', text: sources.defaultText }, () => 'default');
  const files = readFiles(sources.files);
  const fromFiles = mergeLayers([defaults, ...files]);
  const { env, readText = refuseFile } = sources;
  const environment = readEnvironment({ env, schema, readText, values: [defaults.values, fromFiles.values] });
  const flags = sources.overrides.map((override) => layerOf(override, schema));
  const layers = [defaults, ...files, ...environment.layers, ...flags];
  const merged = mergeLayers(layers);
  const findings = [
    ...environment.problems,
    ...findUnknownKeys(files, schema),
    ...findProblems(merged, layers, schema),
  ];
  const error = combineErrors(findings.sort(compareByPlace));
  if (error !== undefined) throw error;
  return {
    settings: settingsSchema.parse(merged.values),
    origins: new Map([...merged.leaves].map(([name, { path, layer }]) => [name, layer.originOf(path)])),
    layers,
    schema,
  };
}

let described: FieldSchema | undefined;

function schemaOfSettings(): FieldSchema {
  described ??= describeSchema(settingsSchema);
  return described;
}

/** Reads all files, so that what is no YAML in any of them is told at once. */
function readFiles(files: SettingsSources['files']): readonly Layer[] {
  const layers: Layer[] = [];
  const errors: NightjarError[] = [];
  for (const file of files) {
    try {
      layers.push(readLayer(file));
    } catch (error) {
      if (!(error instanceof NightjarError)) throw error;
      errors.push(error, ...error.others);
    }
  }
  const error = combineErrors(errors);
  if (error !== undefined) throw error;
  return layers;
}

/** Looks for unknown keys file by file: laid over one another, the last file would be blamed for all. */
function findUnknownKeys(files: readonly Layer[], schema: FieldSchema): readonly NightjarError[] {
  return files.flatMap((layer) => {
    const issues = settingsSchema.safeParse(layer.values).error?.issues ?? [];
    const unknown = issues.filter(({ code }) => code === 'unrecognized_keys');
    return explainIssues(unknown, { schema, noun: 'settings' }).map((problem) => toError({ problem, layer }));
  });
}

/** Finds what is wrong with the values that are left when all layers lie over one another. */
function findProblems(merged: Merged, [defaults]: readonly Layer[], schema: FieldSchema): readonly NightjarError[] {
  const result = settingsSchema.safeParse(merged.values, { reportInput: true });
  const exampleAt = (path: readonly PropertyKey[]) => readPath(defaults?.values, path) ?? undefined;
  const problems = explainIssues(result.error?.issues ?? [], { schema, noun: 'settings', exampleAt });
  return problems.flatMap((problem) => {
    const layer = findLayer(merged, problem.path);
    const isToldByFile = problem.isUnknown === true && layer !== defaults && layer?.name === undefined;
    return isToldByFile ? [] : [toError({ problem, layer, example: exampleAt(problem.path) })];
  });
}

function refuseFile(): string {
  throw new NightjarError('E_BUG', 'files of secrets are not read here');
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
  const origin = /^[A-Z_]+$/.test(flag) ? `env ${flag}` : `flag ${flag}`;
  const read = typeof value === 'string' ? coerceText(value, findField(schema, keys)?.node ?? {}) : value;
  return { name: flag, values: nest(keys, read), originOf: () => origin, whereIs: () => ({ step: origin }) };
}

interface ProblemCase {
  readonly problem: Problem;
  /** Which holds what is wrong. */
  readonly layer: Layer | undefined;
  readonly example?: unknown;
}

function toError({ problem, layer, example }: ProblemCase): NightjarError {
  const name = layer?.name;
  const good =
    typeof example === 'object' || example === undefined ? '' : `set ${name} to ${maskText(String(example))}, or `;
  return new NightjarError('E_CONFIG_FIELD', problem.message, {
    where: layer?.whereIs(problem.path, problem.part) ?? { step: dotted(problem.path) },
    fix: name === undefined ? problem.fix : `${good}remove ${name}`,
  });
}
