/** Writes and reads the small XML documents of the S3 protocol. */
import { AwsFault } from '../http/fault';
import { writeDocument, type XmlContent } from '../http/write-xml';

const NAMESPACE = 'http://s3.amazonaws.com/doc/2006-03-01/';

/** Writes a document whose root has S3's namespace. */
export function writeXml(root: string, content: XmlContent): string {
  return writeDocument(`${root} xmlns="${NAMESPACE}"`, content);
}

/** Writes S3's error document, which has no namespace. */
export function writeErrorXml(content: XmlContent): string {
  return writeDocument('Error', content);
}

/** Holds an element that was read; `text` is that directly inside, with its white space. */
export interface XmlElement {
  readonly name: string;
  readonly text: string;
  readonly children: readonly XmlElement[];
}

interface OpenElement {
  readonly name: string;
  text: string;
  readonly children: XmlElement[];
}

/**
 * Reads a document without its namespaces, attributes and comments.
 *
 * @throws AwsFault MalformedXML
 */
export function readXml(document: string): XmlElement {
  const top: OpenElement = { name: '', text: '', children: [] };
  const stack = [top];
  const source = document.replace(/<\?[^>]*\?>|<!--[\s\S]*?-->/g, '');
  for (const token of source.match(/<[^>]+>|[^<]+/g) ?? []) {
    const current = stack.at(-1) ?? top;
    if (!token.startsWith('<')) current.text += unescapeText(token);
    else if (token.startsWith('</')) closeElement(stack, token.slice(2, -1).trim());
    else openElement(stack, token);
  }
  const [root] = top.children;
  if (stack.length !== 1 || root === undefined || top.children.length !== 1) throw malformed();
  return root;
}

function openElement(stack: OpenElement[], token: string): void {
  const match = /^<([^\s/>]+)[^>]*?(\/?)>$/.exec(token);
  if (match?.[1] === undefined) throw malformed();
  stack.push({ name: localName(match[1]), text: '', children: [] });
  if (match[2] === '/') closeElement(stack, match[1]);
}

function closeElement(stack: OpenElement[], name: string): void {
  const element = stack.pop();
  const parent = stack.at(-1);
  if (element === undefined || parent === undefined || element.name !== localName(name)) throw malformed();
  parent.children.push(element);
}

function localName(name: string): string {
  return name.slice(name.indexOf(':') + 1);
}

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

function unescapeText(text: string): string {
  return text.replace(/&(#x?)?([0-9a-zA-Z]+);/g, (whole, kind: string | undefined, name: string) => {
    if (kind === undefined) return ENTITIES[name] ?? whole;
    const code = Number.parseInt(name, kind === '#x' ? 16 : 10);
    return code <= 0x10ffff ? String.fromCodePoint(code) : whole;
  });
}

/** Finds the text of a child, trimmed; undefined where it is absent. */
export function childText(element: XmlElement, name: string): string | undefined {
  return childWords(element, name)?.trim();
}

/** Finds the text of a child with its white space, as keys need it; undefined where it is absent. */
export function childWords(element: XmlElement, name: string): string | undefined {
  return element.children.find((child) => child.name === name)?.text;
}

/** Makes S3's answer to a document that can't be understood. */
export function malformed(): AwsFault {
  return new AwsFault(
    'MalformedXML',
    'The XML you provided was not well-formed or did not validate against our published schema',
  );
}
