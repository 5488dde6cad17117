/** Names the slot of a run that nobody names one for. */
import type { ParsedJob } from './definition';

/** Tells today's date in a time zone, `2026-03-01`. */
export function today(timeZone: string, now: number): string {
  return new Intl.DateTimeFormat('sv-SE', { timeZone, dateStyle: 'short' }).format(now);
}

/** Names today's slot of a job, by the zone of its schedule; UTC where it has none. */
export function todaysSlot(job: Pick<ParsedJob, 'schedule'>, now: number): string {
  return today(job.schedule?.timezone ?? 'UTC', now);
}
