/** Writes the unsubscribe page: one small document without scripts, pictures, or anything from elsewhere. */
import { createHash } from 'node:crypto';
import { escapeHtml } from '../../report/markup';
import type { PageLanguage, PageTexts } from './texts';

const STYLE = `:root{color-scheme:light dark;--ink:#1d2733;--soft:#5b6876;--paper:#fff;--ground:#f3f5f7;--line:#dde3e9;--act:#0b57d0;--on-act:#fff}
@media(prefers-color-scheme:dark){:root{--ink:#e8edf2;--soft:#a4b0bc;--paper:#1c232b;--ground:#12171c;--line:#323c46;--act:#a8c7fa;--on-act:#0a2a5e}}
*{box-sizing:border-box}
body{margin:0;min-height:100vh;display:grid;place-items:center;padding:1.25rem;background:var(--ground);color:var(--ink);font:1.0625rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","Noto Sans CJK JP",sans-serif}
main{width:100%;max-width:30rem;padding:2rem;background:var(--paper);border:1px solid var(--line);border-radius:.75rem}
p.from{margin:0 0 .5rem;color:var(--soft);font-size:.9375rem}
h1{margin:0 0 1rem;font-size:1.5rem;line-height:1.25}
p{margin:0 0 1rem;overflow-wrap:anywhere}
p.soft{color:var(--soft);font-size:.9375rem}
form{margin:1.5rem 0 0;display:grid;gap:.75rem}
button{width:100%;min-height:3rem;padding:.75rem 1rem;border:1px solid var(--act);border-radius:.5rem;background:var(--act);color:var(--on-act);font:inherit;font-weight:600;cursor:pointer}
button.quiet{background:transparent;color:var(--act);font-weight:500}
button:focus-visible{outline:3px solid var(--act);outline-offset:2px}`;

/** The one style that the page has, for `style-src` of its Content-Security-Policy. */
export const PAGE_STYLE_HASH = `'sha256-${createHash('sha256').update(STYLE, 'utf8').digest('base64')}'`;

export interface PageParts {
  readonly language: PageLanguage;
  /** The name of who sends the e-mails, or its address. */
  readonly sender: string;
  /** Masked. */
  readonly address?: string | undefined;
}

/** Asks whether to leave; a form that posts to its own address. */
export function askPage(parts: PageParts): string {
  const { texts } = parts.language;
  const to = parts.address === undefined ? [] : [`<p class="soft">${fill(parts, texts.to)}</p>`];
  return document(parts, texts.title, [
    `<p>${fill(parts, texts.question)}</p>`,
    ...to,
    '<form method="post">',
    `<button name="scope" value="list">${fill(parts, texts.leaveList)}</button>`,
    `<button name="scope" value="all" class="quiet">${fill(parts, texts.leaveAll)}</button>`,
    '</form>',
  ]);
}

/** Tells that it is done. */
export function donePage(parts: PageParts, scope: 'list' | 'all'): string {
  const { texts } = parts.language;
  const done = fill(parts, scope === 'list' ? texts.doneList : texts.doneAll);
  return document(parts, texts.title, [
    `<p role="status">${done}</p>`,
    `<p class="soft">${fill(parts, texts.soon)}</p>`,
  ]);
}

/** Tells something in a title and a sentence: that the link is wrong, that it is a test, that it failed. */
export function tellPage(parts: PageParts, what: 'wrong' | 'test' | 'failed'): string {
  const { texts } = parts.language;
  return document(parts, texts[`${what}Title`], [`<p>${fill(parts, texts[what])}</p>`]);
}

function document(parts: PageParts, title: PageTexts['title'], body: readonly string[]): string {
  return [
    '<!doctype html>',
    `<html lang="${parts.language.language}">`,
    '<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">',
    '<meta name="robots" content="noindex, nofollow">',
    `<title>${escapeHtml(title)} · ${escapeHtml(parts.sender)}</title><style>${STYLE}</style></head>`,
    `<body><main><p class="from">${escapeHtml(parts.sender)}</p><h1>${escapeHtml(title)}</h1>`,
    ...body,
    '</main></body></html>',
    '',
  ].join('\n');
}

/** Puts sender and address into a sentence; both are escaped. */
function fill({ sender, address }: PageParts, sentence: string): string {
  return escapeHtml(sentence)
    .replaceAll('{sender}', () => escapeHtml(sender))
    .replaceAll('{address}', () => escapeHtml(address ?? ''));
}
