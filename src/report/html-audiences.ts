/** Renders the audiences of a run: who is in them, who was left out, what the files hold, and how sizes went. */
import { listAudienceNotes } from './audience-notes';
import { describeChanges, describeFiles } from './describe-files';
import { countOf, formatCount, formatReason, formatShare } from './figures';
import { renderHistory } from './html-history';
import { html, type Markup } from './markup';
import type { AudienceSummary, FormatSummary, PartSummary, QuerySummary, RunSummary, Tally } from './summary';

/** Renders queries of which a person should know. */
export function renderQueries(queries: readonly QuerySummary[]): Markup | undefined {
  if (queries.length === 0) return undefined;
  return html`<div class="card"><h3>What the queries found</h3><ul class="tallies">${queries.map(
    ({ name, query, users, error }) =>
      html`<li><b>${formatCount(users)}</b><span>${name} <code class="soft">${query}</code> <span class="soft">${error ?? ''}</span></span></li>`,
  )}</ul></div>`;
}

/** Renders the audiences of a run, and before them what a person should look at. */
export function renderAudiences(summary: RunSummary): Markup | undefined {
  const { audiences = [], delivery } = summary;
  if (audiences.length === 0) return undefined;
  return html`${renderNotes(summary)}<div class="columns wide">${audiences.map(renderAudience)}</div>
${delivery === undefined ? undefined : renderDelivery(delivery)}`;
}

function renderNotes(summary: RunSummary): Markup | undefined {
  const notes = listAudienceNotes(summary);
  if (notes.length === 0) return undefined;
  return html`<div class="card notes"><h3>To look at</h3><ul>${notes.map(
    ({ tone, text }) => html`<li class="${tone}"><b>${tone}</b><span>${text}</span></li>`,
  )}</ul></div>`;
}

function renderDelivery({ folder, destinations }: NonNullable<RunSummary['delivery']>): Markup {
  const where =
    destinations.length === 0 ? 'The files stay on S3' : `Delivered to ${destinations.join(', ')}, and kept`;
  return html`<p class="equation">${where} in <code>${folder}</code></p>`;
}

function renderAudience(audience: AudienceSummary): Markup {
  const { name, query, change, history = [], isWithdrawn, error } = audience;
  const since = change === undefined ? undefined : `${describeChanges(change)} since ${change.run}`;
  return html`<div class="card audience"><div class="top"><div><h3>${name}</h3><code class="soft">${query}</code></div>${renderHistory(history)}</div>
${error === undefined ? undefined : html`<p class="soft">No answer: ${error}</p>`}
${isWithdrawn === true ? html`<p class="size">Withdrawn: no longer in the job</p>` : renderSize(audience)}
${since === undefined ? undefined : html`<p class="soft since">${since}</p>`}
${renderShares(audience)}${renderFormats(audience)}</div>`;
}

function renderSize({ members, segmentUsers }: AudienceSummary): Markup {
  return html`<p class="size"><b>${formatCount(members)}</b> ${members === 1 ? 'member' : 'members'}
<span class="soft">of ${countOf(segmentUsers, 'user')}, ${formatShare(members, segmentUsers)}</span></p>`;
}

/** A piece of the bar over all users that were found. */
interface Piece {
  readonly label: string;
  readonly count: number;
  readonly tone: string;
}

function renderShares({ parts = [], members, leftOut }: AudienceSummary): Markup {
  const made = parts.filter(({ isWithdrawn }) => isWithdrawn !== true);
  const isSplit = made.some(({ name }) => name !== '');
  const inside: readonly Piece[] = isSplit
    ? made.map(({ name, members: count, isHeldOut }, index) =>
        isHeldOut === true
          ? { label: `${name}, in no file`, count, tone: 'is-held' }
          : { label: `part ${name}`, count, tone: `is-part-${index % PART_TONES}` },
      )
    : [{ label: 'members', count: members, tone: 'is-part-0' }];
  const outside = leftOut.map(({ name, count }) => ({ label: formatReason(name), count, tone: 'is-left-out' }));
  const filled = [...inside, ...outside].filter(({ count }) => count > 0);
  const label = filled.map((piece) => `${formatCount(piece.count)} ${piece.label}`).join(', ');
  return html`<div class="bar" role="img" aria-label="${label}">${filled.map(
    ({ label: title, count, tone }) => html`<i class="${tone}" style="flex: ${count}" title="${title}"></i>`,
  )}</div><div class="keys">${renderKeys(isSplit ? inside : [])}${renderKeys(outside, 'left out')}</div>`;
}

const PART_TONES = 4;

function renderKeys(pieces: readonly Piece[], title?: string): Markup | undefined {
  if (pieces.length === 0) return undefined;
  return html`<ul class="legend">${pieces.map(
    ({ label, count, tone }) =>
      html`<li><i class="dot ${tone}"></i><b>${formatCount(count)}</b><span>${title === undefined ? '' : `${title}: `}${label}</span></li>`,
  )}</ul>`;
}

/** A line for each format: its rows in each part, and who is in none of them. */
function renderFormats({ formats = [], parts = [] }: AudienceSummary): Markup | undefined {
  if (formats.length === 0) return undefined;
  const filed = parts.filter(({ isHeldOut }) => isHeldOut !== true);
  return html`<div class="scroll"><table class="formats"><tr><th>format</th>${
    filed.length === 0 ? html`<th class="count">people</th>` : filed.map(renderPartHead)
  }<th>left out</th></tr>
${formats.map(
  (format) =>
    html`<tr><td class="name">${format.name}</td>${
      filed.length === 0
        ? html`<td class="count">${formatCount(format.people)}</td>`
        : filed.map((part) => renderCell(part, format.name))
    }<td>${renderLosses(format)}</td></tr>`,
)}</table></div>`;
}

function renderPartHead({ name }: PartSummary): Markup {
  return html`<th class="count">${name === '' ? 'rows' : `rows of ${name}`}</th>`;
}

function renderCell({ formats }: PartSummary, name: string): Markup {
  const files = formats.find(({ format }) => format === name);
  if (files === undefined) return html`<td class="count"></td>`;
  const isSmall = files.fewerThan === undefined ? '' : ' small';
  return html`<td class="count${isSmall}">${formatCount(files.rows)}<br><span class="soft">${describeFiles(files)}</span></td>`;
}

function renderLosses({ leftOut, values = [] }: FormatSummary): Markup {
  const lost = (tally: Tally) => `${formatCount(tally.count)} ${formatReason(tally.name)}`;
  const lacking = values.map((tally) => `without ${formatCount(tally.count)}: ${formatReason(tally.name)}`);
  const all = [...leftOut.map(lost), ...lacking];
  return all.length === 0
    ? html`<span class="soft">nobody</span>`
    : html`${all.map((text) => html`<div>${text}</div>`)}`;
}
