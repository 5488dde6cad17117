/** Where the tokens of the API come from; processes that use them are in up.test.ts. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { findApiTokens, findHealthTokens } from '../../src/cli/api-tokens';
import { loadSettings } from '../../src/config/load';
import { ROOT } from '../support/nightjar';

const TOKEN = '0123456789abcdef01234567';
const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
/** A database of one's own: no token is made there. */
const worldOf = (env: Record<string, string>) => ({
  settings: loadSettings({ defaultText, files: [], env: { DATABASE_URL: 'postgres://db/shop' }, overrides: [] })
    .settings,
  env,
  cwd: ROOT,
});
const state = { root: path.join(ROOT, 'none') };

it('a server does not start without tokens, a worker does; empty variables count as unset', () => {
  for (const env of [{}, { NIGHTJAR_API_TOKENS: '' }, { NIGHTJAR_API_TOKENS: ' ' }, { NIGHTJAR_API_TOKENS_FILE: '' }]) {
    expect(() => findApiTokens(worldOf(env), state)).toThrow('NIGHTJAR_API_TOKENS is not set');
    expect(findHealthTokens(worldOf(env), state)).toEqual([]);
  }
});

it('a worker knows the tokens that are set, and refuses wrong ones', () => {
  const env = { NIGHTJAR_API_TOKENS: `grafana/read:${TOKEN}` };
  expect(findHealthTokens(worldOf(env), state)).toMatchObject([{ name: 'grafana', role: 'read' }]);
  expect(() => findHealthTokens(worldOf({ NIGHTJAR_API_TOKENS: 'grafana' }), state)).toThrow('entry 1 has no name');
});
