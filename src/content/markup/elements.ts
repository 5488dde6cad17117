/** Finds the tags of HTML or MJML in a text, as far as that can be done without knowing which element may stand where. */

/** A start tag. All offsets are places in the text. */
export interface StartTag {
  readonly name: string;
  readonly start: number;
  /** Behind the name. */
  readonly nameEnd: number;
  /** Behind the `>`. */
  readonly end: number;
  readonly isEmpty: boolean;
  readonly attributes: readonly Attribute[];
  /** What stands between the attributes and is none, without blanks. */
  readonly stray: readonly { readonly text: string; readonly offset: number }[];
}

export interface Attribute {
  readonly name: string;
  readonly value: string;
  /** From the name on, and behind the value. */
  readonly start: number;
  readonly end: number;
}

/** A start tag, an end tag, or the text between two tags; comments and declarations are left out. */
export type Mark =
  | ({ readonly kind: 'start' } & StartTag)
  | { readonly kind: 'end'; readonly name: string; readonly start: number; readonly end: number }
  | { readonly kind: 'text'; readonly text: string; readonly start: number; readonly end: number };

/**
 * Lists the marks of a text in order.
 * @param opaque  names of elements whose content is handed on as one text, tags and all
 */
export function listMarks(text: string, opaque: ReadonlySet<string>): readonly Mark[] {
  const marks: Mark[] = [];
  let at = 0;
  const addText = (end: number) => {
    if (end > at) marks.push({ kind: 'text', text: text.slice(at, end), start: at, end });
    at = end;
  };
  while (at < text.length) {
    const open = /<(?=[A-Za-z/!?])/g;
    open.lastIndex = at;
    const start = open.exec(text)?.index ?? text.length;
    addText(start);
    if (start === text.length) break;
    if (text.startsWith('<!--', start)) at = behind(text, '-->', start + 4);
    else if (/[!?]/.test(text[start + 1] ?? '')) at = behind(text, '>', start);
    else if (text[start + 1] === '/') {
      const end = behind(text, '>', start);
      marks.push({
        kind: 'end',
        name: text
          .slice(start + 2, end - 1)
          .trim()
          .toLowerCase(),
        start,
        end,
      });
      at = end;
    } else {
      const tag = readStart(text, start);
      marks.push({ kind: 'start', ...tag });
      at = tag.end;
      if (opaque.has(tag.name) && !tag.isEmpty) addText(endOfContent(text, tag));
    }
  }
  return marks;
}

function behind(text: string, what: string, from: number): number {
  const found = text.indexOf(what, from);
  return found === -1 ? text.length : found + what.length;
}

function readStart(text: string, start: number): StartTag {
  const name = /[^\s/>]+/y;
  name.lastIndex = start + 1;
  const named = name.exec(text)?.[0] ?? '';
  const nameEnd = start + 1 + named.length;
  const part = /\s+|\/?>|([^\s=/>"'{}]+)\s*=\s*("[^"]*"|'[^']*'|[^\s"'>]+)|([^\s/>]+)|\//y;
  part.lastIndex = nameEnd;
  const attributes: Attribute[] = [];
  const stray: { text: string; offset: number }[] = [];
  for (let found = part.exec(text); found !== null; found = part.exec(text)) {
    const [whole, key, value, other] = found;
    if (whole.endsWith('>') && key === undefined && other === undefined) {
      const isEmpty = whole === '/>';
      return { name: named.toLowerCase(), start, nameEnd, end: part.lastIndex, isEmpty, attributes, stray };
    }
    const end = found.index + whole.length;
    if (key !== undefined && value !== undefined) {
      attributes.push({
        name: key.toLowerCase(),
        value: value.replace(/^(["'])(.*)\1$/s, '$2'),
        start: found.index,
        end,
      });
    } else if (other !== undefined) stray.push({ text: other, offset: found.index });
  }
  return { name: named.toLowerCase(), start, nameEnd, end: text.length, isEmpty: false, attributes, stray };
}

/** Elements of the same name within are counted. */
function endOfContent(text: string, tag: StartTag): number {
  const same = new RegExp(`<(/?)${tag.name.replaceAll(/[^\w-]/g, '\\$&')}(?=[\\s/>])`, 'gi');
  same.lastIndex = tag.end;
  let depth = 1;
  for (let found = same.exec(text); found !== null; found = same.exec(text)) {
    depth += found[1] === '/' ? -1 : 1;
    if (depth === 0) return found.index;
  }
  return text.length;
}
