/** Reads settings out of environment variables: `NIGHTJAR_MAIL__FROM`, and the customary ones such as `DATABASE_URL`. */
import { parse } from 'yaml';
import { NightjarError } from '../errors';
import { type FieldSchema, findField, listKeys } from './field-schema';
import { type Layer, listPaths, nest } from './layers';
import { nearestName } from './nearest';

/** The environment, as `process.env` holds it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Variables of nightjar that are not settings; `cli/` reads them. */
export const RESERVED_VARIABLES: readonly string[] = [
  'NIGHTJAR_CONFIG',
  'NIGHTJAR_STATE',
  'NIGHTJAR_SECRET',
  'NIGHTJAR_DKIM_KEY',
  'NIGHTJAR_TEST_DATA',
  'NIGHTJAR_DEBUG',
];

/** Customary variables and the settings they stand for; where several are set, the later wins. An empty one counts as unset. */
const CUSTOMARY: readonly (readonly [string, readonly string[]])[] = [
  ['DATABASE_URL', ['database', 'url']],
  ['REDIS_URL', ['queue', 'url']],
  ['SMTP_URL', ['mail', 'url']],
  ['AWS_DEFAULT_REGION', ['aws', 'region']],
  ['AWS_REGION', ['aws', 'region']],
  ['AWS_PROFILE', ['aws', 'profile']],
];

const PREFIX = 'NIGHTJAR_';

interface EnvironmentCase {
  readonly env: Environment;
  readonly schema: FieldSchema;
  /** Values of the files: they say which names `solutions` and `prices` have. */
  readonly values: readonly unknown[];
}

/** Reads one layer a variable, the customary ones first, and the problems of unknown names. */
export function readEnvironment({ env, schema, values }: EnvironmentCase): {
  readonly layers: readonly Layer[];
  readonly problems: readonly NightjarError[];
} {
  const paths = values
    .flatMap((value) => listPaths(value))
    // What is null may be a map all the same, such as mail.dkim.
    .flatMap((path) => [path, ...listKeys(schema, path).map((key) => [...path, key])])
    .filter((path) => findField(schema, path) !== undefined);
  const known = new Map(paths.map((path) => [fold(nameVariable(path)), path]));
  const layers: Layer[] = [];
  const problems: NightjarError[] = [];
  for (const [name, path] of CUSTOMARY) {
    const text = env[name];
    if (text !== undefined && text !== '') layers.push(layerOf({ name, path, text, schema }));
  }
  for (const [name, text] of Object.entries(env).sort(([a], [b]) => (a < b ? -1 : 1))) {
    if (!name.startsWith(PREFIX) || text === undefined || RESERVED_VARIABLES.includes(name)) continue;
    const path = known.get(fold(name));
    if (path === undefined) problems.push(explainUnknown(name, [...known.values()]));
    else layers.push(layerOf({ name, path, text, schema }));
  }
  return { layers, problems };
}

/** Names the variable of a setting: `aws.roleArn` is `NIGHTJAR_AWS__ROLE_ARN`. */
export function nameVariable(path: readonly string[]): string {
  const words = path.map((key) =>
    key
      .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
      .replace(/[^A-Za-z0-9]+/g, '_')
      .toUpperCase(),
  );
  return `${PREFIX}${words.join('__')}`;
}

/** Makes names comparable: case and single underscores do not count, the double ones between keys do. */
function fold(name: string): string {
  return name
    .toUpperCase()
    .split('__')
    .map((part) => part.replaceAll('_', ''))
    .join('__');
}

function explainUnknown(name: string, paths: readonly (readonly string[])[]): NightjarError {
  const near = nearestName(name, [...paths.map(nameVariable), ...RESERVED_VARIABLES]);
  return new NightjarError('E_CONFIG_FIELD', `${name} is set, and nightjar has no setting of that name`, {
    where: { step: `env ${name}` },
    fix: near === undefined ? `unset ${name}` : `write ${near} instead of ${name}`,
  });
}

interface Variable {
  readonly name: string;
  readonly path: readonly string[];
  readonly text: string;
  readonly schema: FieldSchema;
}

function layerOf({ name, path, text, schema }: Variable): Layer {
  const origin = `env ${name}`;
  return {
    name,
    values: nest(path, coerceText(text, findField(schema, path)?.node ?? {})),
    originOf: () => origin,
    whereIs: () => ({ step: origin }),
  };
}

/** Reads a text as the type that the schema has there; a text that does not fit stays one, and the schema refuses it. */
export function coerceText(text: string, node: FieldSchema): unknown {
  const types = new Set([node, ...(node.anyOf ?? [])].map((one) => (typeof one === 'boolean' ? undefined : one.type)));
  if (types.has('null') && text === 'null') return null;
  if (types.has('array')) return parseList(text);
  if ((types.has('number') || types.has('integer')) && /^-?\d+(\.\d+)?$/.test(text)) return Number(text);
  if (types.has('boolean') && (text === 'true' || text === 'false')) return text === 'true';
  return text;
}

/** Reads `[1, 2]` or `1, 2`. */
function parseList(text: string): unknown {
  try {
    const value: unknown = parse(text.trim().startsWith('[') ? text : `[${text}]`);
    return value;
  } catch {
    return text;
  }
}
