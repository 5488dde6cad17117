/** The settings of the embedded default, for tests that start no engines. */
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { loadSettings, type Override } from '../../src/config/load';
import type { Settings } from '../../src/config/settings';
import { ROOT } from './nightjar';

export function testSettings(overrides: readonly Override[] = []): Settings {
  const defaultText = readFileSync(path.join(ROOT, 'config', 'default.yaml'), 'utf8');
  return loadSettings({ defaultText, files: [], env: {}, overrides }).settings;
}
