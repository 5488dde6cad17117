/** Renders the work of a run: time, output lines, batch jobs and artefacts. */
import { formatMoney } from '../units';
import { countOf, formatBytes, formatCount, formatDuration, formatReason, formatTime } from './figures';
import { html, type Markup } from './markup';
import { nameMissingPrice } from './missing-price';
import type { Artefact, OutputFinding, RunSummary } from './summary';

/** Renders the time of each stage as a bar, all to one scale. */
export function renderStages({ stages }: RunSummary): Markup {
  const longest = Math.max(1, ...stages.map(({ milliseconds }) => milliseconds));
  return html`<div class="card"><h3>Time</h3>${stages.map(
    ({
      stage,
      milliseconds,
    }) => html`<div class="meter"><div><span>${stage}</span><b>${formatDuration(milliseconds)}</b></div>
<div class="bar thin"><i class="is-stage" style="width: ${((milliseconds / longest) * 100).toFixed(1)}%"></i></div></div>`,
  )}</div>`;
}

/** Renders what was read of the batch jobs' output. */
export function renderOutput({ output, kind, shown }: RunSummary): Markup {
  const errors = output.errorLines.reduce((sum, { count }) => sum + count, 0);
  return html`<div class="card"><h3>Output of the batch job</h3><dl>
<dt>read</dt><dd>${countOf(output.lines, 'line')} in ${countOf(output.objects, 'object')}</dd>
<dt>with an error</dt><dd>${formatCount(errors)}</dd>
<dt>broken</dt><dd>${formatCount(output.brokenLines)}</dd>
${kind === 'email' ? html`<dt>unknown items</dt><dd>${formatCount(output.unknownItems)}</dd><dt>popular instead</dt><dd>${countOf(output.fallback, 'recipient')}</dd>` : undefined}
${shown === undefined ? undefined : renderShown(shown)}</dl>${output.errorLines.length === 0 ? undefined : renderErrors(output.errorLines)}
${output.findings.length === 0 ? undefined : renderFindings(output.findings, output.brokenLines)}</div>`;
}

function renderShown({ fromFallback, skipped }: NonNullable<RunSummary['shown']>): Markup {
  return html`<dt>from the fallback</dt><dd>${countOf(fromFallback, 'place')}</dd>
${skipped.map(({ name, count }) => html`<dt>passed over, ${formatReason(name)}</dt><dd>${countOf(count, 'item')}</dd>`)}`;
}

function renderErrors(errors: RunSummary['output']['errorLines']): Markup {
  return html`<ul class="tallies">${errors.map(
    ({ name, count }) => html`<li><b>${formatCount(count)}</b><span class="soft">${name}</span></li>`,
  )}</ul>`;
}

function renderFindings(findings: readonly OutputFinding[], brokenLines: number): Markup {
  return html`<div class="scroll"><table><tr><th>object</th><th class="count">line</th><th class="count">byte</th><th>broken because</th></tr>
${findings.map(
  ({
    object,
    line,
    byteOffset,
    reason,
  }) => html`<tr><td><code>${object}</code></td><td class="count">${formatCount(line)}</td>
<td class="count">${formatCount(byteOffset)}</td><td>${reason}</td></tr>`,
)}</table></div>
${brokenLines > findings.length ? html`<p class="soft">and ${countOf(brokenLines - findings.length, 'more broken line')}</p>` : undefined}`;
}

/** Renders the batch jobs and what they cost; an unknown price is called so. */
export function renderBatchJobs({ batchJobs, cost, estimate, approvals, avoided, pricesAsOf }: RunSummary): Markup {
  const asOf = pricesAsOf === undefined ? '' : `, at prices of ${pricesAsOf}`;
  return html`<div class="card"><h3>Cost</h3><div class="scroll"><table>
<tr><th>batch job</th><th>kind</th><th class="count">lines</th><th>state</th><th class="count">cost</th></tr>
${batchJobs.map(
  (
    job,
  ) => html`<tr><td><code>${job.name}</code>${job.sections === undefined ? undefined : html`<br><span class="soft">for ${job.sections.join(', ')}</span>`}</td><td>${job.kind}</td><td class="count">${formatCount(job.lines)}</td>
<td>${job.state}</td><td class="count">${job.reused ? 'bought before' : formatMoney(job.cost)}</td></tr>`,
)}</table></div>
<p class="equation">${cost.amount === undefined ? `Unknown in all: ${nameMissingPrice(batchJobs)}` : `${formatMoney(cost)} in all${asOf}`}.
${estimate === undefined ? undefined : `Estimated before: ${formatMoney(estimate)}.`}
${avoided.rows === 0 ? undefined : `${countOf(avoided.rows, 'row')} of people who can't be written to ${avoided.rows === 1 ? 'was' : 'were'} not bought: ${formatMoney(avoided.cost)}.`}</p>
${(approvals ?? []).map(
  ({ guard, figure, limit, by, at }) =>
    html`<p class="soft">Guard ${guard}: ${figure}; allowed: ${limit}. Approved by ${by}, ${formatTime(at)}.</p>`,
)}</div>`;
}

/** A longer list is folded in. */
const ARTEFACTS_OPEN = 8;

/** Renders the files and objects that the run made, with their checksums. */
export function renderArtefacts(artefacts: readonly Artefact[]): Markup | undefined {
  if (artefacts.length === 0) return undefined;
  const isLong = artefacts.length > ARTEFACTS_OPEN;
  return html`<div class="card"><details ${isLong ? '' : 'open'}><summary><h3>What this run made: ${countOf(artefacts.length, 'file')}</h3></summary><div class="scroll"><table>
<tr><th>kind</th><th>where, and its SHA-256</th><th class="count">rows</th><th class="count">size</th></tr>
${artefacts.map(
  ({
    kind,
    uri,
    rows,
    bytes,
    sha256,
  }) => html`<tr><td>${kind}</td><td><code>${uri}</code><br><code class="hash">${sha256}</code></td>
<td class="count">${rows === undefined ? '' : formatCount(rows)}</td><td class="count">${formatBytes(bytes)}</td></tr>`,
)}</table></div></details></div>`;
}
