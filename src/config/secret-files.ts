/** Takes secrets from files that variables name: `DATABASE_URL_FILE=/run/secrets/database`. Reading the file is the caller's. */
import { NightjarError, systemErrorCode } from '../errors';

/** The environment, as `process.env` holds it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** Reads a whole file as text; throws what the file system says. */
export type ReadText = (file: string) => string;

/** Variables that hold secrets and are no settings. */
export const SECRET_VARIABLES: readonly string[] = [
  'NIGHTJAR_SECRET',
  'NIGHTJAR_API_TOKENS',
  'NIGHTJAR_IMPORT_FROM',
  'NIGHTJAR_DKIM_KEY',
];

const ENDING = '_FILE';

/** A secret as it was found. */
export interface Found {
  readonly text: string;
  /** The variable that holds it, or that names its file. */
  readonly variable: string;
}

/** Names the variable by which a file is named instead. */
export function fileVariable(name: string): string {
  return `${name}${ENDING}`;
}

/**
 * Finds the secret of a variable: in itself, or in the file that `<name>_FILE` names, without the line breaks at its end.
 * An empty variable counts as unset.
 *
 * @throws E_CONFIG_FIELD where both are set, or the file is empty or can't be read; no message holds any of its text
 */
export function findSecret(name: string, env: Environment, readText: ReadText): Found | undefined {
  const own = env[name];
  const variable = fileVariable(name);
  const file = env[variable];
  if (file === undefined || file === '') return own === undefined ? undefined : { text: own, variable: name };
  if (own !== undefined && own !== '')
    throw wrong(variable, `${name} and ${variable} are both set`, `unset one of them`);
  const text = readSecretText(variable, file, readText).replace(/[\r\n]+$/, '');
  if (text === '') throw wrong(variable, `the file that ${variable} names is empty`, 'write the secret into it');
  return { text, variable };
}

function readSecretText(variable: string, file: string, readText: ReadText): string {
  try {
    return readText(file);
  } catch (cause) {
    // Its name is not quoted: it may be the secret itself, put into the wrong variable.
    const message = `the file that ${variable} names can't be read (${systemErrorCode(cause) ?? 'unknown'})`;
    throw wrong(variable, message, 'name a file that nightjar may read', cause);
  }
}

function wrong(variable: string, message: string, fix: string, cause?: unknown): NightjarError {
  return new NightjarError('E_CONFIG_FIELD', message, { where: { step: `env ${variable}` }, fix, cause });
}
