/** Opens the engines of a state folder inside a test, to look at what a run has left. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { type OpenEngines, openEngines } from '../../src/cli/open-engines';
import { loadSettings } from '../../src/config/load';
import { ROOT } from './nightjar';

/** Opens everything with the default settings; close it before the folder is removed. */
export function openState(stateDir: string): Promise<OpenEngines> {
  const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
  const { settings } = loadSettings({ defaultText, files: [], env: {}, overrides: [] });
  return openEngines({ settings, stateDir, env: {}, log: () => undefined, jobSeconds: 0 });
}
