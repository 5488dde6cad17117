/** Reads settings out of environment variables: `NIGHTJAR_MAIL__FROM`, and the customary ones such as `DATABASE_URL`. */
import { parse } from 'yaml';
import { NightjarError } from '../errors';
import { type FieldSchema, findField, listKeys } from './field-schema';
import { type Layer, listPaths, nest } from './layers';
import { misspeltName } from './nearest';
import { secretKindOf } from './secret';
import { type Environment, fileVariable, findSecret, type ReadText, SECRET_VARIABLES } from './secret-files';

/** Variables of nightjar that are not settings; `cli/` reads them. */
export const RESERVED_VARIABLES: readonly string[] = [
  'NIGHTJAR_CONFIG',
  'NIGHTJAR_STATE',
  ...SECRET_VARIABLES,
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
  /** Reads the files that `…_FILE` variables name. */
  readonly readText: ReadText;
}

/** Reads one layer a variable, the customary ones first, and the problems of unknown names and of files of secrets. */
export function readEnvironment(given: EnvironmentCase): {
  readonly layers: readonly Layer[];
  readonly problems: readonly NightjarError[];
} {
  const { env, schema, values } = given;
  const isAnyOwn = Object.keys(env).some((name) => name.startsWith(PREFIX));
  const paths = isAnyOwn ? listSettable(values, schema) : [];
  const known = new Map(paths.map((path) => [fold(nameVariable(path)), path]));
  const layers: Layer[] = [];
  const problems: NightjarError[] = [];
  const add = (name: string, path: readonly string[]): void => {
    try {
      const layer = readVariable(name, path, given);
      if (layer !== undefined) layers.push(layer);
    } catch (error) {
      if (!(error instanceof NightjarError)) throw error;
      problems.push(error);
    }
  };
  for (const [name, path] of CUSTOMARY) if (env[name] !== '' || isFromFile(name, given)) add(name, path);
  for (const name of listOwnNames(env, (variable) => known.has(fold(variable)))) {
    const path = known.get(fold(name));
    if (path === undefined) problems.push(explainUnknown(name, [...known.values()], env));
    else add(name, path);
  }
  return { layers, problems };
}

/** Lists the paths of all settings: those of the files, and what else the schema has beside them. */
function listSettable(values: readonly unknown[], schema: FieldSchema): readonly (readonly string[])[] {
  const given = values.flatMap((value) => listPaths(value)).filter((path) => findField(schema, path) !== undefined);
  return given.flatMap((path) => [path, ...listKeys(schema, path).map((key) => [...path, key])]);
}

/** Lists the variables of settings, whether they or the files that they name hold the value. */
function listOwnNames(env: Environment, isKnown: (name: string) => boolean): readonly string[] {
  const isPod = env.KUBERNETES_SERVICE_HOST !== undefined;
  const names = Object.keys(env).filter(
    (name) => name.startsWith(PREFIX) && env[name] !== undefined && !(isPod && SERVICE_LINK.test(name)),
  );
  const reserved = [...RESERVED_VARIABLES, ...SECRET_VARIABLES.map(fileVariable)];
  const own = names.filter((name) => !reserved.includes(name));
  return [...new Set(own.map((name) => (isKnown(name) ? name : name.replace(/_FILE$/, ''))))].sort();
}

/** What Kubernetes puts into every pod beside a service whose name begins with "nightjar". */
const SERVICE_LINK =
  /^NIGHTJAR(_[A-Z\d]+)*_(SERVICE_HOST|SERVICE_PORT(_[A-Z\d_]+)?|PORT(_\d+_(TCP|UDP|SCTP)(_(PROTO|PORT|ADDR))?)?)$/;

function isFromFile(name: string, { env }: EnvironmentCase): boolean {
  return (env[fileVariable(name)] ?? '') !== '';
}

/** Reads a variable; one of a secret may name a file instead. */
function readVariable(name: string, path: readonly string[], given: EnvironmentCase): Layer | undefined {
  const { env, schema, readText } = given;
  const isSecret = secretKindOf(findField(schema, path)?.node ?? {}) !== undefined;
  if (isFromFile(name, given) && !isSecret && name.startsWith(PREFIX)) throw explainNoFile(name);
  const found = isSecret ? findSecret(name, env, readText) : { text: env[name], variable: name };
  return found?.text === undefined ? undefined : layerOf({ name: found.variable, path, text: found.text, schema });
}

function explainNoFile(name: string): NightjarError {
  const variable = fileVariable(name);
  return new NightjarError('E_CONFIG_FIELD', `${variable} is set, and only secrets are taken from files`, {
    where: { step: `env ${variable}` },
    fix: `set ${name} instead of ${variable}`,
  });
}

/** Names the variables by which a setting can be given, its own first. */
export function variablesOf(path: readonly string[]): readonly string[] {
  const customary = CUSTOMARY.filter(([, of]) => of.join('.') === path.join('.')).map(([name]) => name);
  return [nameVariable(path), ...customary.reverse()];
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

function explainUnknown(written: string, paths: readonly (readonly string[])[], env: Environment): NightjarError {
  const name = env[written] === undefined ? fileVariable(written) : written;
  const known = paths.map(nameVariable);
  const near = misspeltName(written, [...known, ...RESERVED_VARIABLES]) ?? findByKey(written, known);
  return new NightjarError('E_CONFIG_FIELD', `${name} is set, and nightjar has no setting of that name`, {
    where: { step: `env ${name}` },
    fix: near === undefined ? `unset ${name}` : `write ${near} instead of ${name}`,
  });
}

/** Finds the one variable whose key, the part after the last `__`, is that of a name in the wrong section, or nearly. */
function findByKey(written: string, known: readonly string[]): string | undefined {
  const keyOf = (name: string): string => name.slice(PREFIX.length).split('__').at(-1) ?? '';
  const key = keyOf(written);
  const meant = known.some((name) => keyOf(name) === key) ? key : misspeltName(key, known.map(keyOf));
  const [found, ...others] = [...new Set(known.filter((name) => keyOf(name) === meant))];
  return others.length === 0 ? found : undefined;
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
