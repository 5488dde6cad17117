/** Writes logs to stderr: an event name and its fields, one line each. */
import type { Log } from '../run/engines';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;

export interface LogOptions {
  readonly level: (typeof LEVELS)[number];
  readonly format: 'pretty' | 'json';
  readonly write: (line: string) => void;
  readonly now: () => number;
}

/** Makes a log that drops what is below its level. */
export function createLog(options: LogOptions): Log {
  const least = LEVELS.indexOf(options.level);
  return (level, event, fields = {}) => {
    if (LEVELS.indexOf(level) < least) return;
    const time = new Date(options.now()).toISOString();
    if (options.format === 'json') options.write(`${JSON.stringify({ time, level, event, ...fields })}\n`);
    else options.write(`${time.slice(11, 19)} ${level.padEnd(5)} ${event}${formatFields(fields)}\n`);
  };
}

function formatFields(fields: Readonly<Record<string, unknown>>): string {
  return Object.entries(fields)
    .filter(([, value]) => value !== undefined)
    .map(([name, value]) => ` ${name}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
    .join('');
}
