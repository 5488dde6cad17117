/** Lists settings with their values and origins, secrets masked; the answers of `nightjar config`. */
import { NightjarError } from '../errors';
import { variablesOf } from './environment';
import { findField, listKeys } from './field-schema';
import { dotted, type Layer, listPaths, readPath } from './layers';
import type { LoadedSettings } from './load';
import { nearestName } from './nearest';
import { quoteValue } from './quote';
import { maskSetting, secretKindOf } from './secret';

/** A setting as it is shown. */
export interface SettingRow {
  /** `mail.from` */
  readonly key: string;
  /** Texts of secrets are masked. */
  readonly value: unknown;
  /** `config/default.yaml:12`, `config/shop.yaml:4`, `env DATABASE_URL`, `flag --debug`; `not set` where nothing says it. */
  readonly origin: string;
  /** Differs from the default, or has none. */
  readonly changed: boolean;
  readonly secret: boolean;
}

/** A layer that sets a setting. */
export interface SettingLayer {
  readonly origin: string;
  readonly value: unknown;
  /** Its value is the one that counts. */
  readonly wins: boolean;
}

/** One setting with all that set it, the first to win first. */
export interface SettingDetails extends SettingRow {
  readonly layers: readonly SettingLayer[];
  /** The variables by which it can be given, its own first. */
  readonly variables: readonly string[];
}

/** Lists all settings in the order of the defaults. */
export function listSettings(loaded: LoadedSettings): readonly SettingRow[] {
  return listLeaves(loaded).map((path) => describe(loaded, path));
}

/**
 * Finds the settings that a name means: one, or all of a section. The name of a variable means its setting.
 *
 * @throws E_USAGE with the nearest name where there is none
 */
export function findSettings(loaded: LoadedSettings, name: string): SettingDetails | readonly SettingRow[] {
  const leaves = listLeaves(loaded);
  const leaf = leaves.find((path) => dotted(path) === name || variablesOf(path).includes(name));
  if (leaf !== undefined) return explain(loaded, leaf);
  const section = leaves.filter((path) => dotted(path).startsWith(`${name}.`));
  if (section.length > 0) return section.map((path) => describe(loaded, path));
  const path = name.split('.');
  const isKnown = findField(loaded.schema, path) !== undefined && listKeys(loaded.schema, path).length === 0;
  if (isKnown) return explain(loaded, path);
  throw unknownName(name, leaves);
}

function unknownName(name: string, leaves: readonly (readonly string[])[]): NightjarError {
  const keys = leaves.map(dotted);
  const sections = [
    ...new Set(leaves.flatMap((path) => path.slice(1).map((_, index) => dotted(path.slice(0, index + 1))))),
  ];
  const near = keys.find((key) => key.endsWith(`.${name}`)) ?? nearestName(name, [...keys, ...sections]);
  return new NightjarError(
    'E_USAGE',
    `there is no setting ${quoteValue(name)}${near === undefined ? '' : `; did you mean "${near}"`}`,
    {
      fix: near === undefined ? 'nightjar config' : `nightjar config ${near}`,
    },
  );
}

function listLeaves({ settings }: LoadedSettings): readonly (readonly string[])[] {
  const paths = listPaths(settings);
  const inner = new Set(paths.flatMap((path) => path.slice(1).map((_, index) => dotted(path.slice(0, index + 1)))));
  return paths.filter((path) => !inner.has(dotted(path)));
}

function describe(loaded: LoadedSettings, path: readonly string[]): SettingRow {
  const { settings, schema, layers } = loaded;
  const value = readPath(settings, path) ?? null;
  const layer = layers.findLast((one) => sets(one, path));
  const usual = readPath(layers[0]?.values, path);
  return {
    key: dotted(path),
    value: maskSetting(value, schema, path),
    origin: layer === undefined ? 'not set' : originOf(loaded, layer, path),
    changed: JSON.stringify(value) !== JSON.stringify(usual ?? null),
    secret: isSecret(loaded, path),
  };
}

function explain(loaded: LoadedSettings, path: readonly string[]): SettingDetails {
  const { schema, layers } = loaded;
  const setting = layers.filter((layer) => sets(layer, path)).reverse();
  return {
    ...describe(loaded, path),
    layers: setting.map((layer, index) => ({
      origin: originOf(loaded, layer, path),
      value: maskSetting(readPath(layer.values, path) ?? null, schema, path),
      wins: index === 0,
    })),
    variables: variablesOf(path),
  };
}

function isSecret({ schema }: LoadedSettings, path: readonly string[]): boolean {
  return secretKindOf(findField(schema, path)?.node ?? {}) !== undefined;
}

/** Tells whether a layer says what stands at a path: a value there, or null in place of a section that it is in. */
function sets({ values }: Layer, path: readonly string[]): boolean {
  if (readPath(values, path) !== undefined) return true;
  return path.slice(1).some((_, index) => readPath(values, path.slice(0, index + 1)) === null);
}

function originOf({ layers }: LoadedSettings, layer: Layer, path: readonly string[]): string {
  if (layer !== layers[0]) return layer.originOf(path);
  const { file, line } = layer.whereIs(path, 'key');
  return `${file}:${line}`;
}
