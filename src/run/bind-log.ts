/** Binds fields to a log, so that each line of a piece of work carries them without every call saying so. */
import type { Engines, Log } from './engines';

/** Makes a log whose lines have these fields first; a call that names one of them itself wins. */
export function bindLog(log: Log, bound: Readonly<Record<string, unknown>>): Log {
  return (level, event, fields) => log(level, event, { ...bound, ...fields });
}

/** Makes engines that log with these fields, and are the same else. */
export function loggingWith(engines: Engines, bound: Readonly<Record<string, unknown>>): Engines {
  return { ...engines, log: bindLog(engines.log, bound) };
}
