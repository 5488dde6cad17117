/** Renders one run as a section of the HTML report. */
import { maskText } from '../config/quote';
import { formatMoney } from '../units';
import { countOf, durationOf, formatCount, formatDuration, formatTime, formatValue, nameMemberships } from './figures';
import { renderAudiences, renderQueries } from './html-audiences';
import { renderLedger } from './html-people';
import { renderArtefacts, renderBatchJobs, renderOutput, renderStages } from './html-work';
import { escapeHtml, html, type Markup, trustMarkup } from './markup';
import { nameMissingPrice } from './missing-price';
import type { RunSummary } from './summary';
import { sumsAddUp } from './sums';

/** An e-mail of the run, as it was sent. */
export interface ShownMail {
  readonly subject: string;
  readonly from: string;
  /** Masked; an address that is not is masked here. */
  readonly to: string;
  /** The HTML body. It runs in a frame without scripts, forms, or an origin. */
  readonly html: string;
}

/** The first rows of an audience file. */
export interface AudiencePreview {
  readonly name: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

interface RunCase {
  readonly summary: RunSummary;
  readonly mails: readonly ShownMail[];
  readonly preview: Markup | undefined;
}

/** Renders a run: its state, its people, what they got, and what it took. */
export function renderRun({ summary, mails, preview }: RunCase): Markup {
  return html`<section class="run" id="${summary.run}">
${renderHead(summary)}
${renderAlarm(sumsAddUp(summary))}
${renderFigures(summary)}
${summary.deliveries === undefined ? undefined : renderLedger(summary, summary.deliveries)}
${renderAudiences(summary)}
${renderQueries(summary.queries ?? [])}
${mails.length === 0 ? undefined : html`<div class="card"><h3>E-mails of this night</h3><div class="mails">${mails.map(renderMail)}</div></div>`}
${preview}
<div class="columns">${renderStages(summary)}${renderOutput(summary)}</div>
${renderBatchJobs(summary)}
${renderArtefacts(summary.artefacts)}
${summary.next === undefined ? undefined : html`<div class="card"><h3>Next</h3><code>${summary.next}</code></div>`}
</section>`;
}

/** Renders the top of an audience file; addresses and telephone numbers are masked. */
export function renderPreview({ name, header, rows }: AudiencePreview): Markup {
  const cells = (row: readonly string[]) => row.map((cell, index) => html`<td>${maskCell(header[index], cell)}</td>`);
  return html`<div class="card"><h3>The first rows of ${name}</h3><div class="scroll"><table>
<tr>${header.map((column) => html`<th>${column}</th>`)}</tr>
${rows.map((row) => html`<tr>${cells(row)}</tr>`)}
</table></div></div>`;
}

function maskCell(column: string | undefined, cell: string): string {
  return column === 'phone' ? cell.replace(/\d(?=\d{2})/g, '•') : maskText(cell);
}

function renderHead(summary: RunSummary): Markup {
  const { run, about, state, slot, instance, startedAt, job } = summary;
  return html`<header><h2>${run} <span class="badge ${toneOf(state)}">${state}</span></h2>
<p class="about">${about}</p>
<div class="facts"><span>job ${job}</span><span>for ${slot}</span><span>instance ${instance}</span>
<span>began ${formatTime(startedAt)}</span><span>took ${formatDuration(durationOf(summary))}</span>
${listWish(summary).map((fact) => html`<span>${fact}</span>`)}</div></header>`;
}

function listWish({ params, limit, requestedBy }: RunSummary): readonly string[] {
  return [
    ...(params ?? []).map(({ name, value }) => `${name} = ${formatValue(value)}`),
    ...(limit === undefined ? [] : [`the first ${countOf(limit, 'recipient')}`]),
    ...(requestedBy === undefined ? [] : [`asked for by ${requestedBy}`]),
  ];
}

function toneOf(state: string): string {
  if (state === 'finished') return 'good';
  return state === 'failed' || state === 'cancelled' ? 'bad' : 'open';
}

function renderAlarm(problems: readonly string[]): Markup | undefined {
  if (problems.length === 0) return undefined;
  return html`<div class="card alarm"><h3>Counts that do not add up</h3>${problems.map((problem) => html`<p>${problem}</p>`)}</div>`;
}

function renderFigures({ chosen, deliveries, audiences, output, batchJobs, cost, avoided }: RunSummary): Markup {
  const members = (audiences ?? []).reduce((sum, audience) => sum + audience.members, 0);
  const figures: readonly (readonly [string, string])[] = [
    ...(deliveries === undefined
      ? [[formatCount(members), nameMemberships(audiences?.length ?? 0)] as const]
      : [[formatCount(deliveries.accepted), `e-mails accepted, of ${formatCount(chosen ?? 0)} chosen`] as const]),
    [formatCount(output.lines), `output lines, ${formatCount(output.brokenLines)} broken`],
    [formatMoney(cost), cost.amount === undefined ? `cost: ${nameMissingPrice(batchJobs)}` : 'cost of the batch jobs'],
    ...(avoided.rows === 0
      ? []
      : [[formatCount(avoided.rows), `rows not bought, ${formatMoney(avoided.cost)} not spent`] as const]),
  ];
  return html`<div class="card figures">${figures.map(([figure, label]) => html`<div><b>${figure}</b><span>${label}</span></div>`)}</div>`;
}

function renderMail({ subject, from, to, html: body }: ShownMail): Markup {
  const source = trustMarkup(escapeHtml(body));
  return html`<figure class="mail"><figcaption><b>${subject}</b><span>from ${from}</span><span>to ${to}</span></figcaption>
<iframe sandbox="" referrerpolicy="no-referrer" title="${subject}" srcdoc="${source}"></iframe></figure>`;
}
