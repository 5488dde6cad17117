/** Says an event in words: a title for subjects, and lines of what, why and what to type. */
import { formatCount, nameMemberships } from '../../report/figures';
import { escapeHtml } from '../../report/markup';
import { formatMoney } from '../../units';
import type { Payload } from './payload';

/** Says it in one line, without the instance: `nightly-picks.2026-03-01 is paused: guard cost`. */
export function titleOf(payload: Payload): string {
  const name = payload.run ?? [payload.job, payload.slot].join('.');
  switch (payload.type) {
    case 'run.paused':
      return `${name} is paused: ${describeReason(payload.reason)}`;
    case 'run.failed':
      return `${name} has failed${payload.error === undefined ? '' : `: ${payload.error.code}`}`;
    case 'run.late':
      return `${name} is late: ${describeLate(payload)}`;
    case 'run.finished':
      return `${name} is finished${describeCounts(payload) === '' ? '' : `: ${describeCounts(payload)}`}`;
    case 'run.cancelled':
      return `${name} was cancelled`;
    default:
      return 'this is a test';
  }
}

/** Names the instance before the title, for where several meet. */
export function subjectOf(payload: Payload): string {
  return `[nightjar ${payload.instance}] ${titleOf(payload)}`;
}

const REASONS: Readonly<Record<string, string>> = {
  unknown: 'nobody knows whether some e-mails arrived',
  errors: 'too many e-mails are refused',
  quota: 'the mail service takes no more today',
  restored: 'the database was restored, or is a copy',
  proof: 'its proof waits to be looked at',
  'proof:failed': 'its proof could not be sent',
};

function describeReason(reason: string | undefined): string {
  if (reason?.startsWith('guard:') === true) return `guard ${reason.slice('guard:'.length).replaceAll(',', ', ')}`;
  return REASONS[reason ?? ''] ?? reason ?? 'it waits for a person';
}

function describeLate({ state, deadline, alsoLate }: Payload): string {
  const by = deadline === undefined ? '' : ` by ${formatInstant(deadline)}`;
  const more = alsoLate === undefined ? '' : `, and so are ${alsoLate} slots before it`;
  return state === 'not started' ? `not started${by}${more}` : `not finished${by}, it is ${state}${more}`;
}

function describeCounts({ counts = {} }: Payload): string {
  const { audiences, members } = counts;
  if (audiences !== undefined && members !== undefined) return `${formatCount(members)} ${nameMemberships(audiences)}`;
  return Object.entries(counts)
    .map(([name, count]) => `${formatCount(count)} ${name}`)
    .join(', ');
}

function formatInstant(iso: string): string {
  return `${iso.slice(0, 10)} ${iso.slice(11, 16)} UTC`;
}

/** Label → value, in the order of reading; what is not known is left out. */
export function detailsOf(payload: Payload): readonly (readonly [string, string])[] {
  const { error, cost, kind } = payload;
  const counts = describeCounts(payload);
  const rows: readonly (readonly [string, string | undefined])[] = [
    ['why', error?.message],
    ['error', error?.code],
    ['fix', error?.fix],
    [kind === 'audience' ? 'in files' : 'e-mails', counts === '' ? undefined : counts],
    ['cost', cost === undefined ? undefined : formatMoney({ amount: cost.amount, currency: cost.currency })],
    ['at', formatInstant(payload.at)],
  ];
  return rows.flatMap(([label, value]) => (value === undefined ? [] : [[label, value] as const]));
}

/** Writes it as plain text. */
export function plainText(payload: Payload): string {
  const details = detailsOf(payload).map(([label, value]) => `${label.padEnd(8)} ${value}`);
  const commands = payload.commands.flatMap(({ to, command }) => [`${to}:`, `  ${command}`]);
  return `${[titleOf(payload), '', ...details, ...(commands.length === 0 ? [] : ['', ...commands])].join('\n')}\n`;
}

/** Writes it as a small HTML document. */
export function htmlText(payload: Payload): string {
  const rows = detailsOf(payload).map(
    ([label, value]) =>
      `<tr><td valign="top" style="padding-right:1em">${label}</td><td>${escapeHtml(value)}</td></tr>`,
  );
  const commands = payload.commands.map(
    ({ to, command }) => `<p>${escapeHtml(to)}:<br><code>${escapeHtml(command)}</code></p>`,
  );
  const title = escapeHtml(titleOf(payload));
  return `<!doctype html><meta charset="utf-8"><title>${title}</title><h3>${title}</h3><table>${rows.join('')}</table>${commands.join('')}\n`;
}

/** Slack shows no more of a section; https://api.slack.com/reference/block-kit/blocks */
const SECTION_MAX = 3000;
const COMMANDS_SHOWN = 3;

/** Makes the body for an incoming webhook of Slack, which others (Mattermost, Rocket.Chat) take too. */
export function slackMessage(payload: Payload): { readonly text: string; readonly blocks: readonly unknown[] } {
  const section = (text: string) => ({ type: 'section', text: { type: 'mrkdwn', text: text.slice(0, SECTION_MAX) } });
  const details = detailsOf(payload).map(([label, value]) => `*${label}* ${escapeSlack(value)}`);
  const commands = payload.commands
    .slice(0, COMMANDS_SHOWN)
    .map(({ to, command }) => `${escapeSlack(to)}:\n\`\`\`${escapeSlack(command)}\`\`\``);
  const title = escapeSlack(subjectOf(payload));
  return {
    text: title,
    blocks: [section(`*${title}*`), section(details.join('\n')), ...commands.map(section)],
  };
}

/** https://api.slack.com/reference/surfaces/formatting#escaping */
function escapeSlack(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}
