/** Finds the tokens of the API: in the environment, or on the embedded default in the state folder. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { fileVariable, findSecret } from '../config/secret-files';
import type { Settings } from '../config/settings';
import { keepApiToken, type StateFolder } from '../database/embedded/state-folder';
import { NightjarError } from '../errors';
import { type ApiToken, makeToken, parseTokens } from '../server/access';
import type { CliContext } from './context';

export interface FoundTokens {
  readonly tokens: readonly ApiToken[];
  /** Where they stand, for the log: never a token. */
  readonly from: string;
}

interface TokenWorld {
  readonly settings: Settings;
  readonly env: CliContext['env'];
  readonly cwd: string;
}

const VARIABLE = 'NIGHTJAR_API_TOKENS';
/** Stands in runs that the embedded default's own token has asked for. */
const LOCAL_NAME = 'local';

/**
 * Reads the tokens of NIGHTJAR_API_TOKENS, or of the file that NIGHTJAR_API_TOKENS_FILE names. The embedded default
 * makes one of its own; elsewhere several machines serve, and must know the same.
 *
 * @throws E_CONFIG_FIELD where there are none, or one is wrong
 */
export function findApiTokens(world: TokenWorld, state: Pick<StateFolder, 'root'>): FoundTokens {
  const found = findSecret(VARIABLE, world.env, (file) => readFileSync(path.resolve(world.cwd, file), 'utf8'));
  if (found !== undefined && found.text.trim() !== '')
    return { tokens: parseTokens(found.text, found.variable), from: found.variable };
  if (world.settings.database.url !== 'embedded') {
    throw new NightjarError('E_CONFIG_FIELD', `${VARIABLE} is not set, so that nobody could call the API`, {
      where: { step: VARIABLE },
      fix: `export ${VARIABLE}="marketing:$(openssl rand -hex 32)"`,
    });
  }
  const kept = keepApiToken(state);
  return { tokens: [makeToken(LOCAL_NAME, 'operate', kept.token)], from: kept.path };
}

/** A worker needs no tokens: without them its metrics are those of loopback. @throws E_CONFIG_FIELD where one is wrong */
export function findHealthTokens(world: TokenWorld, state: Pick<StateFolder, 'root'>): readonly ApiToken[] {
  const isSet = [VARIABLE, fileVariable(VARIABLE)].some((name) => (world.env[name] ?? '').trim() !== '');
  return isSet ? findApiTokens(world, state).tokens : [];
}
