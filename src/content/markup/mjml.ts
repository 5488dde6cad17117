/** Compiles MJML with Handlebars in it to HTML with the same Handlebars in it, and loses none of it. */
import { nearestName } from '../../config/nearest';
import { NightjarError } from '../../errors';
import { listMarks, type Mark } from './elements';
import { type Mask, maskTags } from './mask';
import { HOLDS_BLOCKS, MJML_ELEMENTS, OPAQUE } from './mjml-elements';
import type { Piece } from './tags';

export interface MarkupResult {
  /** Handlebars text without partials; undefined where there are problems. */
  readonly text: string | undefined;
  readonly problems: readonly NightjarError[];
}

/**
 * Compiles MJML. Tags between elements, which MJML would drop, are carried through in `mj-raw`; where that can't be, and
 * wherever anything would be lost, there is a problem with the place in the file.
 * No font is loaded from another server unless `mj-font` names it.
 *
 * @param pieces  text and tags without partials, `flatten`
 */
export async function compileMjml(pieces: readonly Piece[]): Promise<MarkupResult> {
  const mask = maskTags(pieces);
  const problems: NightjarError[] = [];
  const wrapped = wrapTags(mask, problems);
  if (problems.length > 0) return { text: undefined, problems };
  const { default: mjml2html } = await import('mjml');
  const options = { fonts: {}, keepComments: true, validationLevel: 'soft', ignoreIncludes: true } as const;
  try {
    const { html, errors } = await mjml2html(wrapped.text, options);
    problems.push(...errors.map((error) => explain(error, mask)));
    if (problems.length === 0) problems.push(...findLost(html, { mask, between: wrapped.between }));
    const word = (index: number) => mask.word(index);
    const whole = [
      ...wrapped.before.map(word),
      outdent(uncolour(follow(html, mask))),
      ...wrapped.behind.map(word),
    ].join('');
    return { text: problems.length > 0 ? undefined : mask.unmask(whole), problems };
  } catch (cause) {
    const message = `MJML: ${cause instanceof Error ? (cause.message.split('\n')[0] ?? '') : String(cause)}`;
    return { text: undefined, problems: [problem(mask, 0, { message, cause })] };
  }
}

/** MJML writes left to right into every section; where `<mjml dir>` is only known later, they follow it. */
function follow(html: string, mask: Mask): string {
  const dir = /<mjml\b[^>]*\sdir="(\w+)"/i.exec(mask.text)?.[1] ?? '';
  return dir.search(mask.words) === -1 ? html : html.replaceAll('direction:ltr', `direction:${dir}`);
}

/** MJML writes the hidden preview in white, which spam filters take for text that is to be read by them alone. */
function uncolour(html: string): string {
  return html.replaceAll(
    '<div style="display:none;font-size:1px;color:#ffffff;',
    '<div style="display:none;font-size:1px;',
  );
}

/** MJML indents deeply, and every item of a loop pays for it. Where blanks count, they stay. */
function outdent(html: string): string {
  if (/<(pre|textarea)\b/i.test(html)) return html;
  return html.replaceAll(/\n[ \t]+/g, '\n').replaceAll(/\n{2,}/g, '\n');
}

interface Wrapped {
  readonly text: string;
  /** Tags before and behind the element `mjml`. */
  readonly before: readonly number[];
  readonly behind: readonly number[];
  /** Tags between elements, in order. */
  readonly between: readonly number[];
}

function wrapTags(mask: Mask, problems: NightjarError[]): Wrapped {
  const [before, behind, between]: number[][] = [[], [], []];
  const open: string[] = [];
  let text = '';
  let end = 0;
  const keep = (to: number) => {
    text += mask.text.slice(end, to);
    end = to;
  };
  for (const mark of listMarks(mask.text, OPAQUE)) {
    keep(mark.start);
    const parent = open.at(-1);
    if (mark.kind === 'text' && (parent === undefined || MJML_ELEMENTS[parent] === false)) {
      const tags = readBetween(mark, { mask, parent, problems });
      const outside = between?.length === 0 && text.trim() === '' ? before : behind;
      if (parent === undefined) outside?.push(...tags);
      else {
        between?.push(...tags);
        text += mark.text.replaceAll(mask.words, (word) => `<mj-raw>${word}</mj-raw>`);
      }
      end = mark.end;
    } else if (mark.kind === 'start') {
      checkStart(mark, mask, problems);
      if (!mark.isEmpty) open.push(mark.name);
    } else if (mark.kind === 'end') open.pop();
    keep(mark.end);
  }
  keep(mask.text.length);
  return { text, before: before ?? [], behind: behind ?? [], between: between ?? [] };
}

interface Between {
  readonly mask: Mask;
  readonly parent: string | undefined;
  readonly problems: NightjarError[];
}

/** Names the tags in a text between elements; anything else there is a problem. */
function readBetween(mark: Mark & { readonly kind: 'text' }, { mask, parent, problems }: Between): readonly number[] {
  const words = [...mark.text.matchAll(mask.words)];
  const bare = mark.text.replaceAll(mask.words, (word) => ' '.repeat(word.length));
  const stray = /\S[^\n]*/.exec(bare);
  if (stray !== null) {
    const message = `"${shorten(stray[0])}" stands between MJML elements, where MJML drops it`;
    const fix = 'put it into <mj-text>, or into <mj-raw> if it is HTML';
    problems.push(problem(mask, mark.start + stray.index, { message, fix }));
  }
  for (const found of words) {
    const tag = mask.tags[Number(found[1])];
    const at = mark.start + found.index;
    if (tag === undefined) continue;
    if (tag.kind === 'value') {
      const message = `${tag.text} stands between MJML elements, where MJML drops it`;
      problems.push(problem(mask, at, { message, fix: `write <mj-text>${tag.text}</mj-text>` }));
    } else if (parent !== undefined && !HOLDS_BLOCKS.has(parent)) {
      const message = `${tag.text} can't stand in <${parent}>, which MJML puts together from its own elements only`;
      problems.push(problem(mask, at, { message, fix: `put the block around the whole <${parent}>` }));
    }
  }
  return words.map((found) => Number(found[1]));
}

function checkStart(mark: Mark & { readonly kind: 'start' }, mask: Mask, problems: NightjarError[]): void {
  const names = mark.attributes.map(({ name, start }) => ({ text: name, offset: start }));
  const stray = [...names, ...mark.stray]
    .sort((a, b) => a.offset - b.offset)
    .find(({ text }) => text.search(mask.words) !== -1);
  if (stray !== undefined) {
    const message = `${mask.unmask(stray.text.match(mask.words)?.[0] ?? '')} stands among the attributes of <${mark.name}>, where MJML drops it`;
    const fix = 'put the block around the value, attribute="{{#if …}}…{{/if}}", or around the element';
    problems.push(problem(mask, stray.offset, { message, fix }));
  }
  if (MJML_ELEMENTS[mark.name] === undefined && mark.name !== 'mj-include') {
    const near = nearestName(mark.name, Object.keys(MJML_ELEMENTS));
    const fix = near === undefined ? 'put HTML into <mj-raw>, or text into <mj-text>' : `write <${near}>`;
    problems.push(problem(mask, mark.start, { message: `<${mark.name}> is not an element of MJML`, fix }));
  }
  if (mark.name === 'mj-include') {
    const message = '<mj-include> is not read: a template holds only its own files';
    problems.push(problem(mask, mark.start, { message, fix: 'write {{> partials/name}}' }));
  }
}

/** MJML names the line of the start tag; where one line holds several of a name, the first is taken. */
function explain(error: { line: number; message: string; tagName: string }, mask: Mask): NightjarError {
  const lines = mask.text.split('\n');
  const start = lines.slice(0, error.line - 1).reduce((sum, line) => sum + line.length + 1, 0);
  const within = (lines[error.line - 1] ?? '').toLowerCase().indexOf(`<${error.tagName}`);
  const text = mask.unmask(error.message).trim();
  const message = `MJML: <${error.tagName}>: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
  return problem(mask, start + Math.max(0, within), { message });
}

/** Counts the tags before and after: those between elements once each and in order, the others once or more. */
function findLost(
  html: string,
  { mask, between }: { readonly mask: Mask; readonly between: readonly number[] },
): readonly NightjarError[] {
  const found = [...html.matchAll(mask.words)].map((match) => Number(match[1]));
  const outer = new Set(between);
  const kept = found.filter((index) => outer.has(index));
  const moved = between.find((index, nth) => kept[nth] !== index);
  const inside = listInside(mask);
  const lost = moved ?? inside.find((index) => !outer.has(index) && !found.includes(index));
  if (lost === undefined && kept.length === between.length) return [];
  const tag = mask.tags[lost ?? 0];
  const message = `${tag?.text ?? 'a tag'} is lost when MJML is compiled: no element prints it at its place`;
  const fix = 'move it into <mj-text>, or the block around a whole element';
  return [problem(mask, offsetOf(mask, lost ?? 0), { message, fix })];
}

/** The tags of the element `mjml`: what stands around it is put back by hand. */
function listInside(mask: Mask): readonly number[] {
  const from = mask.text.search(/<mjml[\s>]/i);
  const to = mask.text.toLowerCase().lastIndexOf('</mjml');
  return mask.tags
    .map((_, index) => index)
    .filter((index) => {
      const at = offsetOf(mask, index);
      return at > from && at < to;
    });
}

function offsetOf(mask: Mask, index: number): number {
  return mask.text.indexOf(mask.word(index));
}

function shorten(text: string): string {
  return text.length <= 40 ? text.trim() : `${text.slice(0, 39)}…`;
}

function problem(
  mask: Mask,
  offset: number,
  { message, fix, cause }: { readonly message: string; readonly fix?: string; readonly cause?: unknown },
): NightjarError {
  const where = mask.locate(offset);
  return new NightjarError('E_TEMPLATE_SYNTAX', message, {
    ...(where === undefined ? {} : { where }),
    ...(fix === undefined ? {} : { fix }),
    ...(cause === undefined ? {} : { cause }),
  });
}
