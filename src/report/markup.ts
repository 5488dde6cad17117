/** Builds HTML in which every value is escaped unless it was built here too. */

/** A piece of HTML, safe to put into another one between tags or in a quoted attribute's place. */
export interface Markup {
  readonly markup: string;
}

type Piece = string | number | Markup | readonly Markup[] | undefined;

/** Builds HTML from a template literal: texts and numbers are escaped, markup is kept, lists are joined, undefined is nothing. */
export function html(texts: TemplateStringsArray, ...values: readonly Piece[]): Markup {
  return { markup: texts.map((text, index) => text + write(values[index])).join('') };
}

/** Marks a text of our own, such as a style sheet, as HTML. Never for anything that comes from outside. */
export function trustMarkup(text: string): Markup {
  return { markup: text };
}

/** Escapes a text so that it can stand between tags and in quoted attributes, also in `srcdoc`. */
export function escapeHtml(text: string): string {
  return text.replace(/[&<>"']/g, (character) => ENTITIES[character] ?? character);
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

function write(value: Piece): string {
  if (value === undefined) return '';
  if (typeof value === 'string' || typeof value === 'number') return escapeHtml(String(value));
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}
