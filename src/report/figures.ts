/** Writes numbers as reports show them; the same in every locale of the machine. */

/** Writes a count with commas: `1,041`. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US');
}

/** Writes a count with its noun: `1 line`, `2 lines`. */
export function countOf(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

/** Names the members of several audiences, added up: whoever is in two of them is counted twice. */
export function nameMemberships(audiences: number): string {
  return audiences === 1 ? 'audience members' : `memberships in ${countOf(audiences, 'audience')}`;
}

/** Writes milliseconds as `0.4 s`, `12 s`, `3 min 05 s`, `2 h 07 min`. */
export function formatDuration(milliseconds: number): string {
  const seconds = milliseconds / 1000;
  if (seconds < 9.95) return `${seconds.toFixed(1)} s`;
  const whole = Math.round(seconds);
  if (whole < 60) return `${whole} s`;
  if (whole < 3600) return `${Math.floor(whole / 60)} min ${pad(whole % 60)} s`;
  const minutes = Math.round(whole / 60);
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`;
}

/** Writes bytes as `812 B`, `4.2 kB`, `1.3 GB`, in powers of 1,000. */
export function formatBytes(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB'];
  let [size, unit] = [bytes, 0];
  while (size >= 999.5 && unit < units.length - 1) {
    size /= 1000;
    unit += 1;
  }
  return `${unit === 0 || size >= 99.5 ? Math.round(size) : size.toFixed(1)} ${units[unit] ?? ''}`;
}

/** Writes a share of a whole as `12.3 %`; nothing of nothing is `0 %`. */
export function formatShare(part: number, whole: number): string {
  if (part === 0 || whole === 0) return '0 %';
  const percent = (part / whole) * 100;
  return part === whole ? '100 %' : `${Math.min(99.9, Math.max(0.1, percent)).toFixed(1)} %`;
}

/** Writes an ISO 8601 time in UTC as `2026-03-01 02:00:07 UTC`; another text as it is. */
export function formatTime(iso: string): string {
  const match = /^(\d{4}-\d{2}-\d{2})T(\d{2}:\d{2}:\d{2})(?:\.\d+)?Z$/.exec(iso);
  return match === null ? iso : `${match[1]} ${match[2]} UTC`;
}

/** Writes the value of a param; a list with commas. */
export function formatValue(value: string | number | boolean | readonly string[]): string {
  return typeof value === 'object' ? value.join(', ') : String(value);
}

/** Writes a reason as words: `no_consent` as `no consent`. */
export function formatReason(reason: string): string {
  return reason === '' ? 'no reason given' : reason.replaceAll('_', ' ');
}

/** Tells how long a run took in all; 0 where its times can't be read. */
export function durationOf({
  startedAt,
  finishedAt,
}: {
  readonly startedAt: string;
  readonly finishedAt: string;
}): number {
  const took = Date.parse(finishedAt) - Date.parse(startedAt);
  return Number.isNaN(took) ? 0 : Math.max(0, took);
}

function pad(value: number): string {
  return String(value).padStart(2, '0');
}
