/** Tells of failures that pass by themselves, once and then every few minutes: an outage of hours must not fill the log. */
import type { NightjarError } from '../errors';
import type { Engines } from './engines';

const TELL_EVERY_MS = 300_000;

/** What failed → when it was told last. */
const told = new Map<string, number>();
/** Beyond so many the memory is not worth it, and telling one again does no harm. */
const REMEMBERED = 1000;

export interface Outage {
  /** What can't be done, such as a run's stage; equal texts are one outage. */
  readonly subject: string;
  readonly error: NightjarError;
  readonly fields?: Readonly<Record<string, unknown>>;
}

/** Logs an outage unless that was done in the last minutes. */
export function tellOutage(engines: Pick<Engines, 'log' | 'now'>, { subject, error, fields }: Outage): void {
  const key = `${subject} ${error.code}`;
  const now = engines.now();
  if (now - (told.get(key) ?? Number.NEGATIVE_INFINITY) < TELL_EVERY_MS) return;
  if (told.size >= REMEMBERED) told.clear();
  told.set(key, now);
  engines.log('warn', subject, { ...fields, code: error.code, reason: error.message });
}

/** Forgets an outage that is over, so that the next one is told at once. */
export function forgetOutage(subject: string): void {
  for (const key of told.keys()) if (key.startsWith(`${subject} `)) told.delete(key);
}
