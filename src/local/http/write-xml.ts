/** Writes XML elements, as the answers of S3, STS and IAM have them. */

/**
 * Holds an element to write: a text, or child elements by name in order, a list for repeated ones; undefined is left
 * out. A name may have attributes behind it, as in a tag.
 */
export type XmlContent =
  | string
  | number
  | boolean
  | { readonly [name: string]: XmlContent | readonly XmlContent[] | undefined };

const DECLARATION = '<?xml version="1.0" encoding="UTF-8"?>\n';

/** Writes a document with one root, whose name may have attributes behind it. */
export function writeDocument(root: string, content: XmlContent): string {
  return `${DECLARATION}${writeContent({ [root]: content })}`;
}

function writeContent(content: XmlContent): string {
  if (typeof content !== 'object') return escapeText(String(content));
  return Object.entries(content)
    .flatMap(([name, value]) => {
      const values: readonly (XmlContent | undefined)[] = isList(value) ? value : [value];
      return values.map((one) => (one === undefined ? '' : `<${name}>${writeContent(one)}</${name.split(' ', 1)[0]}>`));
    })
    .join('');
}

function isList(value: XmlContent | readonly XmlContent[] | undefined): value is readonly XmlContent[] {
  return Array.isArray(value);
}

const NAMED: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

function escapeText(text: string): string {
  // S3 writes control characters as references too, though XML 1.0 has none; clients ask for encoding-type=url instead.
  return text.replace(/[&<>"\u0000-\u001f]/g, (char) => NAMED[char] ?? `&#x${char.charCodeAt(0).toString(16)};`);
}
