/** The JSON Schema of settings files, by which editors complete keys and mark mistakes. */
import { describeSchema, type FieldSchema } from './field-schema';
import { readPath } from './layers';
import { settingsSchema } from './settings';
import { readYaml } from './yaml-source';

/**
 * Makes the JSON Schema (draft 2020-12) of settings files; `nightjar config schema` prints it. A file need not hold every
 * setting, so no key is required.
 *
 * @param defaultText  of config/default.yaml: its values become defaults, the comments behind them descriptions
 */
export function settingsEditorSchema(defaultText: string): Readonly<Record<string, unknown>> {
  const source = readYaml({ file: 'config/default.yaml', text: defaultText, code: 'E_CONFIG_SYNTAX' });
  const lines = defaultText.split('\n');
  const about = (path: readonly string[]): string | undefined => {
    const { line = 0 } = source.whereIs(path, 'key');
    return /\s# (.*)$/.exec(lines[line - 1] ?? '')?.[1];
  };
  const root = describeNode(describeSchema(settingsSchema), [], { about, defaults: source.value });
  return { ...root, $schema: 'https://json-schema.org/draft/2020-12/schema', title: 'Settings of nightjar' };
}

interface Words {
  readonly about: (path: readonly string[]) => string | undefined;
  readonly defaults: unknown;
}

function describeNode(node: FieldSchema, path: readonly string[], words: Words): Record<string, unknown> {
  const { properties, required: _required, default: _default, ...rest } = plain(node);
  const value = readPath(words.defaults, path);
  const isThere = path.length > 0 && value !== undefined;
  const description = isThere ? words.about(path) : undefined;
  const isLeaf = isThere && (typeof value !== 'object' || value === null || Array.isArray(value));
  return {
    ...withoutRequired(rest),
    ...(description === undefined ? {} : { description }),
    ...(isLeaf ? { default: value } : {}),
    ...(properties === undefined
      ? {}
      : {
          properties: Object.fromEntries(
            Object.entries(properties).map(([key, child]) => [key, describeNode(toNode(child), [...path, key], words)]),
          ),
        }),
  };
}

/** Maps in records and beside null: their keys have no place in the defaults. */
function withoutRequired(node: Readonly<Record<string, unknown>>): Record<string, unknown> {
  const text = JSON.stringify(node, (key, value: unknown) =>
    key === 'required' && Array.isArray(value) ? undefined : value,
  );
  const copy: unknown = JSON.parse(text);
  return isMap(copy) ? copy : {};
}

/** Removes our own keywords, at every depth. */
function plain(node: FieldSchema): FieldSchema {
  const text = JSON.stringify(node, (key, value: unknown) =>
    OWN.has(key) && typeof value === 'string' ? undefined : value,
  );
  const copy: FieldSchema = JSON.parse(text);
  return copy;
}

const OWN: ReadonlySet<string> = new Set(['expected', 'secret', '$schema']);

function toNode(schema: unknown): FieldSchema {
  return isMap(schema) ? schema : {};
}

function isMap(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
