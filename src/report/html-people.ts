/** Renders what became of the people of an e-mail run: the ledger. */
import { countOf, formatCount } from './figures';
import { renderTallies } from './html-tallies';
import { html, type Markup } from './markup';
import { formatProof } from './proof-line';
import type { DeliveryCounts, RunSummary, Tally } from './summary';
import { DELIVERY_STATES } from './sums';

const MEANINGS: Readonly<Record<keyof DeliveryCounts, string>> = {
  accepted: 'the mail server took it',
  excluded: 'left out, with a reason',
  refused: 'the mail server refused it',
  dropped: 'given up after retries',
  deferred: 'to be tried again',
  planned: 'not yet begun',
  claimed: 'in the hands of a worker',
  unknown: 'sent or not, not known',
};

/** Renders the eight states of the ledger as a bar with their counts, and why people were left out. */
export function renderLedger(summary: RunSummary, deliveries: DeliveryCounts): Markup {
  const chosen = summary.chosen ?? 0;
  const filled = DELIVERY_STATES.filter((state) => deliveries[state] > 0);
  const terms = filled.map((state) => `${formatCount(deliveries[state])} ${state}`).join(' + ');
  const label = `${formatCount(chosen)} chosen: ${terms === '' ? 'nobody' : terms}`;
  return html`<div class="card"><h3>What became of the ${formatCount(chosen)} chosen</h3>
<div class="bar" role="img" aria-label="${label}">
${DELIVERY_STATES.map((state) => renderSegment(state, deliveries[state])).filter((segment) => segment !== undefined)}</div>
<ul class="legend">${DELIVERY_STATES.map(
    (
      state,
    ) => html`<li class="${deliveries[state] === 0 ? 'none' : 'some'}" title="${MEANINGS[state]}"><i class="dot is-${state}"></i>
<b>${formatCount(deliveries[state])}</b><span>${state}</span></li>`,
  )}</ul>
<p class="equation">${formatCount(chosen)} chosen = ${terms === '' ? '0' : terms}</p>
${renderSource(summary)}${renderReasons(summary)}${renderSafety(summary)}</div>`;
}

function renderSource({ membersOf }: RunSummary): Markup {
  if (membersOf === undefined) return html``;
  const { name, run, members } = membersOf;
  return html`<p class="soft">Taken from the ${countOf(members, 'member')} of <code>${name}</code>, found by ${run}.</p>`;
}

function renderSafety({ onlyTo = [], proof }: RunSummary): Markup {
  return html`${onlyTo.map(
    ({ by, patterns, isInForce }) =>
      html`<p class="soft">${by === 'run' ? 'This run alone was kept to' : isInForce ? 'Kept, outside production, to' : 'In production not kept to'}
<code>${patterns.join(', ')}</code>.</p>`,
  )}${proof === undefined ? undefined : html`<p class="soft">Proof: ${formatProof(proof)}.</p>`}`;
}

function renderSegment(state: keyof DeliveryCounts, count: number): Markup | undefined {
  return count === 0 ? undefined : html`<i class="is-${state}" style="flex: ${count}" title="${state}"></i>`;
}

function renderReasons({ contacts, excluded, refused, dropped }: RunSummary): Markup {
  const groups: readonly (readonly [string, readonly Tally[] | undefined])[] = [
    [contacts === undefined ? '' : `Left out of ${countOf(contacts.considered, 'contact')} before`, contacts?.leftOut],
    ['Excluded', excluded],
    ['Refused', refused],
    ['Dropped', dropped],
  ];
  const filled = groups.filter(([, tallies]) => tallies !== undefined && tallies.length > 0);
  if (filled.length === 0) return html``;
  return html`<div class="columns">${filled.map(
    ([title, tallies]) => html`<div><p class="soft">${title}</p>${renderTallies(tallies ?? [])}</div>`,
  )}</div>`;
}
