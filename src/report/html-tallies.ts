/** Renders counts by what they are of. */
import { formatCount, formatReason } from './figures';
import { html, type Markup } from './markup';
import type { Tally } from './summary';

/** Renders a list of counts; nothing where there are none. */
export function renderTallies(tallies: readonly Tally[]): Markup | undefined {
  if (tallies.length === 0) return undefined;
  return html`<ul class="tallies">${tallies.map(
    ({ name, count }) => html`<li><b>${formatCount(count)}</b><span class="soft">${formatReason(name)}</span></li>`,
  )}</ul>`;
}
