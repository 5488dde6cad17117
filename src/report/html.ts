/** Renders reports as one HTML file that needs nothing else: no script, no outside style, no server. */
import { maskText } from '../config/quote';
import { formatMoney } from '../units';
import { formatCount, nameMemberships } from './figures';
import { type AudiencePreview, renderPreview, renderRun, type ShownMail } from './html-run';
import { html, type Markup, trustMarkup } from './markup';
import { STYLE } from './style';
import type { RunSummary } from './summary';

/** A run with what is shown of its results. */
export interface ShownRun {
  readonly summary: RunSummary;
  readonly mails?: readonly ShownMail[];
  readonly audiencePreview?: AudiencePreview;
}

/** Renders the report of one run. */
export function renderReportHtml(run: ShownRun): string {
  return renderNightHtml({ title: run.summary.run, runs: [run] });
}

/** Renders one report of several runs, in their order; what they have in common stands at the top. */
export function renderNightHtml({
  title,
  runs,
}: {
  readonly title: string;
  readonly runs: readonly ShownRun[];
}): string {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data: https:">
<title>${title} – nightjar</title>
<style>${trustMarkup(STYLE)}</style>
</head>
<body>
<main>
${runs.length === 1 ? html`<div class="masthead brand">${MOON}nightjar</div>` : renderOverview(title, runs)}
${runs.map(({ summary, mails = [], audiencePreview }) =>
  renderRun({
    summary,
    mails: mails.map((mail) => ({ ...mail, to: maskText(mail.to) })),
    preview: audiencePreview === undefined ? undefined : renderPreview(audiencePreview),
  }),
)}
</main>
</body>
</html>
`;
  return page.markup;
}

function renderOverview(title: string, runs: readonly ShownRun[]): Markup {
  const summaries = runs.map(({ summary }) => summary);
  const mails = sum(summaries.map(({ deliveries }) => deliveries?.accepted ?? 0));
  const audiences = summaries.flatMap((summary) => summary.audiences ?? []);
  return html`<div class="masthead">${MOON}<h1>${title}</h1></div>
<div class="card figures">
<div><b>${formatCount(runs.length)}</b><span>runs</span></div>
<div><b>${formatCount(mails)}</b><span>e-mails accepted</span></div>
<div><b>${formatCount(sum(audiences.map(({ members }) => members)))}</b><span>${nameMemberships(audiences.length)}</span></div>
<div><b>${describeCost(summaries)}</b><span>cost of batch jobs</span></div>
</div>
<div class="card scroll"><table class="runs">
<tr><th>run</th><th>what for</th><th>state</th><th>result</th></tr>
${summaries.map(
  (
    summary,
  ) => html`<tr><td class="name"><a href="#${summary.run}">${summary.run}</a></td><td>${summary.about}</td><td>${summary.state}</td>
<td>${describeResult(summary)}</td></tr>`,
)}
</table></div>`;
}

function describeResult({ deliveries, audiences }: RunSummary): string {
  if (deliveries !== undefined) return `${formatCount(deliveries.accepted)} e-mails accepted`;
  return (audiences ?? []).map(({ name, members }) => `${name}: ${formatCount(members)}`).join(', ');
}

/** Adds what is known; as soon as one cost is not, the sum is only a lower bound, and says so. */
function describeCost(summaries: readonly RunSummary[]): string {
  const currency = summaries[0]?.cost.currency ?? '';
  const known = summaries.flatMap(({ cost }) =>
    cost.amount === undefined || cost.currency !== currency ? [] : [cost.amount],
  );
  if (known.length === summaries.length) return formatMoney({ amount: sum(known), currency });
  const paid = sum(known);
  return paid === 0 ? 'unknown' : `${formatMoney({ amount: paid, currency })} + unknown`;
}

function sum(counts: readonly number[]): number {
  return counts.reduce((all, count) => all + count, 0);
}

const MOON = trustMarkup(
  '<svg viewBox="0 0 24 24" aria-hidden="true"><path fill="currentColor" d="M20.6 15.4A9 9 0 1 1 10.2 2.9a7.2 7.2 0 0 0 10.4 12.5z"/></svg>',
);
