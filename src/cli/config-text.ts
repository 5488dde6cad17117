/** Prints settings and their origins. */
import type { SettingDetails, SettingRow } from '../config/listing';
import { writeInline } from '../config/quote';
import type { SecretRow } from './secrets';

/** A longer value pushes its origin to the right, alone on its line. */
const VALUE_WIDTH = 44;

/** Formats settings in columns, a blank line between sections. */
export function formatSettings(rows: readonly SettingRow[]): string {
  if (rows.length === 0) return 'every setting is the default';
  const keyWidth = Math.max(...rows.map(({ key }) => key.length));
  const shown = rows.map((row) => ({ ...row, text: writeInline(row.value) }));
  const valueWidth = Math.min(VALUE_WIDTH, Math.max(...shown.map(({ text }) => text.length)));
  return shown
    .map(({ key, text, origin }, index) => {
      const line = `${key.padEnd(keyWidth)}  ${text.padEnd(valueWidth)}  ${origin}`;
      return isNewSection(rows[index - 1]?.key, key) ? `\n${line}` : line;
    })
    .join('\n');
}

/** Settings without a section stand together. */
function isNewSection(before: string | undefined, key: string): boolean {
  if (before === undefined) return false;
  const sectionOf = (name: string): string => (name.includes('.') ? (name.split('.')[0] ?? '') : '');
  return sectionOf(before) !== sectionOf(key);
}

/** Formats one setting with all that set it. */
export function formatDetails({ key, value, layers, variables, secret }: SettingDetails): string {
  const width = Math.max(0, ...layers.map((layer) => layer.origin.length));
  const lines = layers.map(
    ({ origin, value: set, wins }) => `  ${wins ? '→' : ' '} ${origin.padEnd(width)}  ${writeInline(set)}`,
  );
  return [
    `${key}: ${writeInline(value)}`,
    ...(lines.length === 0 ? ['  not set'] : lines),
    `  variables: ${variables.join(', ')}${secret ? `; or the name of a file that holds it: ${variables[0]}_FILE` : ''}`,
  ].join('\n');
}

/** Formats the secrets that are no settings. */
export function formatBeside(rows: readonly SecretRow[]): string {
  const width = Math.max(...rows.map(({ variable }) => variable.length));
  return ['not settings:', ...rows.map(({ variable, origin }) => `  ${variable.padEnd(width)}  ${origin}`)].join('\n');
}
