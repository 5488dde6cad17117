/** Lays settings over one another and remembers, for each value, which layer it came from. */
import type { Where } from '../errors';
import type { Path } from './yaml-source';

/** One source of settings: the defaults, a file, an environment variable or a flag. */
export interface Layer {
  /** Nested maps of some of the settings. */
  readonly values: unknown;
  /** `default`, `config/shop.yaml:12`, `env SMTP_URL`, `flag --port`. */
  readonly originOf: (path: Path) => string;
  readonly whereIs: (path: Path, part: 'key' | 'value') => Where;
  /** The variable or flag that holds the one value of this layer; undefined for files. */
  readonly name?: string;
}

/** The values of all layers, the later over the earlier, and the layer of each leaf by its dotted path. */
export interface Merged {
  readonly values: unknown;
  readonly leaves: ReadonlyMap<string, { readonly path: Path; readonly layer: Layer }>;
}

type Leaves = Map<string, { readonly path: Path; readonly layer: Layer }>;

/** Merges layers: maps key by key, while texts, numbers, lists and null replace what was there. */
export function mergeLayers(layers: readonly Layer[]): Merged {
  const leaves: Leaves = new Map();
  let values: unknown = {};
  for (const layer of layers) values = layOver(values, layer.values, { path: [], layer, leaves });
  return { values, leaves };
}

/** Finds the layer to blame for a path: of the leaf there, else of a leaf below it, else the same for its parent. */
export function findLayer({ leaves }: Merged, path: Path): Layer | undefined {
  for (let length = path.length; length >= 0; length--) {
    const name = dotted(path.slice(0, length));
    const found = leaves.get(name) ?? [...leaves].findLast(([leaf]) => name === '' || leaf.startsWith(`${name}.`))?.[1];
    if (found !== undefined) return found.layer;
  }
  return undefined;
}

/** Reads the value at a path of nested maps; undefined where there is none. */
export function readPath(values: unknown, path: Path): unknown {
  let value = values;
  for (const step of path) {
    // A map has members such as "constructor" that nobody has written.
    if (!isMap(value) || !Object.hasOwn(value, String(step))) return undefined;
    value = value[String(step)];
  }
  return value;
}

/** Lists the paths of all maps and leaves below a value, parents first. */
export function listPaths(values: unknown, path: readonly string[] = []): readonly (readonly string[])[] {
  if (!isMap(values)) return path.length === 0 ? [] : [path];
  const below = Object.entries(values).flatMap(([key, value]) => listPaths(value, [...path, key]));
  return path.length === 0 ? below : [path, ...below];
}

/** Writes a path as `mail.from`. */
export function dotted(path: Path): string {
  return path.map(String).join('.');
}

/** Makes the nested maps that hold one value at a path. */
export function nest(path: readonly string[], value: unknown): unknown {
  return path.reduceRight<unknown>((inner, key) => ({ [key]: inner }), value);
}

interface Place {
  readonly path: readonly string[];
  readonly layer: Layer;
  readonly leaves: Leaves;
}

function layOver(lower: unknown, upper: unknown, { path, layer, leaves }: Place): unknown {
  if (!isMap(upper)) {
    forget(leaves, path);
    leaves.set(dotted(path), { path, layer });
    return upper;
  }
  if (!isMap(lower)) forget(leaves, path);
  const merged: Record<string, unknown> = isMap(lower) ? { ...lower } : {};
  for (const [key, value] of Object.entries(upper)) {
    const below = Object.hasOwn(merged, key) ? merged[key] : undefined;
    merged[key] = layOver(below, value, { path: [...path, key], layer, leaves });
  }
  return merged;
}

function forget(leaves: Leaves, path: Path): void {
  const name = dotted(path);
  for (const leaf of [...leaves.keys()]) {
    if (leaf === name || leaf.startsWith(`${name}.`)) leaves.delete(leaf);
  }
}

function isMap(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
