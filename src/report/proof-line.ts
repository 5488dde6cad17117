/** Writes what became of a run's proof in one line. */
import { countOf, formatCount, formatTime } from './figures';
import type { ProofSummary } from './summary';

/** `6 e-mails to s…@shop.example: 6 accepted; gone on by kim, 2026-03-02 09:12 UTC`. */
export function formatProof({ to, mails, by, at, ...counts }: ProofSummary): string {
  const states = (['accepted', 'refused', 'unknown'] as const).filter((state) => counts[state] > 0);
  const became = states.map((state) => `${formatCount(counts[state])} ${state}`).join(', ');
  const passed = by === undefined || at === undefined ? '' : `; gone on by ${by}, ${formatTime(at)}`;
  if (mails === 0) return `none could be made${passed}`;
  return `${countOf(mails, 'e-mail')} to ${to.join(', ')}: ${became}${passed}`;
}
