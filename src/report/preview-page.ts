/** Writes the list of a preview's mails as one HTML page: each with its frame, its headers and its warnings. */
import { html, type Markup } from './markup';

export interface PreviewEntry {
  /** Name of its files without the extension. */
  readonly file: string;
  /** What the frame shows: the HTML, or one with pictures that can't be loaded from where it says. */
  readonly view: string;
  /** For whom, or what is changed about the sample. */
  readonly title: string;
  readonly subject: string;
  readonly to: string;
  readonly locale: string;
  readonly items: string;
  readonly notSent: string | undefined;
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

export interface PreviewPage {
  readonly job: string;
  readonly slot: string;
  readonly mails: readonly PreviewEntry[];
  /** About the template as a whole. */
  readonly remarks: readonly string[];
}

/** Writes the page; links lead to the files beside it. */
export function formatPreviewPage({ job, slot, mails, remarks }: PreviewPage): string {
  const { markup } = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${job} ${slot}</title>
<style>
:root { color-scheme: light dark; font: 15px/1.5 system-ui, sans-serif; }
body { max-width: 900px; margin: 2rem auto; padding: 0 1rem; }
article { border-top: 1px solid #8886; padding: 1rem 0 2rem; }
dl { display: grid; grid-template-columns: 8rem 1fr; gap: 0 1rem; margin: 0 0 1rem; }
dd { margin: 0; overflow-wrap: anywhere; }
iframe { width: 100%; height: 700px; border: 1px solid #8886; background: #fff; resize: both; }
li { color: #b3541e; }
</style>
</head>
<body>
<h1>${job}, ${slot}</h1>
<p>${mails.length} ${mails.length === 1 ? 'mail' : 'mails'}. Nothing was sent. The unsubscribe links do nothing.</p>
${formatList(remarks)}
${mails.map(formatEntry)}
</body>
</html>
`;
  return markup;
}

function formatEntry(mail: PreviewEntry): Markup {
  const size = `${(mail.sizeBytes / 1000).toFixed(1)} kB`;
  return html`<article>
<h2>${mail.title}</h2>
<dl>
<dt>subject</dt><dd>${mail.subject}</dd>
<dt>to</dt><dd>${mail.to}</dd>
<dt>language</dt><dd>${mail.locale}</dd>
<dt>items</dt><dd>${mail.items}</dd>
${mail.notSent === undefined ? undefined : html`<dt>not sent</dt><dd>${mail.notSent}</dd>`}
<dt>size</dt><dd>${size}</dd>
<dt>files</dt><dd><a href="${mail.file}.html">HTML</a>, <a href="${mail.file}.txt">text</a>, <a href="${mail.file}.headers.txt">headers</a></dd>
</dl>
${formatList(mail.warnings)}
<iframe src="${mail.view}" title="${mail.subject}" sandbox="" loading="lazy"></iframe>
</article>
`;
}

function formatList(lines: readonly string[]): Markup | undefined {
  return lines.length === 0 ? undefined : html`<ul>${lines.map((line) => html`<li>${line}</li>`)}</ul>`;
}
