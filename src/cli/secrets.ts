/** The secrets that are no settings: where each comes from, and the one that signs. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type Environment, fileVariable, findSecret, SECRET_VARIABLES } from '../config/secret-files';

/** A variable of a secret. */
export interface SecretRow {
  readonly variable: string;
  /** `env NAME`, or `not set`. */
  readonly origin: string;
}

/** Tells of each such variable whether it, or one that names a file, is set. */
export function listSecrets(env: Environment): readonly SecretRow[] {
  const isSet = (name: string): boolean => (env[name] ?? '') !== '';
  return SECRET_VARIABLES.map((variable) => {
    const from = [fileVariable(variable), variable].find(isSet);
    return { variable, origin: from === undefined ? 'not set' : `env ${from}` };
  });
}

/** Reads a secret that is no setting from its variable, or from the file that `<variable>_FILE` names. @throws E_CONFIG_FIELD */
export function readSecret(variable: string, env: Environment): string | undefined {
  return findSecret(variable, env, (file) => readFileSync(path.resolve(file), 'utf8'))?.text;
}

/** Finds the secret that signs links: of the environment, else of the state folder; undefined where neither has one. */
export function findSigningSecret(env: Environment, stateDir: string): string | undefined {
  try {
    return readSecret('NIGHTJAR_SECRET', env) ?? readFileSync(path.join(stateDir, 'secret'), 'utf8');
  } catch {
    return undefined;
  }
}
