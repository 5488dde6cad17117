/** Finds text that is hard to read, in the light or where a reader turns the page dark: a heuristic on inline styles. */

import { decodeEntities, VISIBLE_OPAQUE } from './html-text';
import { listMarks, type StartTag } from './markup/elements';

const VOID = new Set('area base br col embed hr img input link meta source track wbr'.split(' '));
/** WCAG 2.2 asks for 4.5, and for 3 in large letters. */
const MIN_CONTRAST = 3;

interface Paint {
  readonly name: string;
  readonly color: string | undefined;
  readonly background: string | undefined;
  readonly isHidden: boolean;
}

/**
 * Names the first texts that are painted by halves: a colour without a background, which a dark reader puts on black, or a
 * background without a colour, on which it writes white; and those whose colours are too close (contrast below 3).
 * What `@media (prefers-color-scheme: dark)` says is trusted and not read.
 */
export function findUnreadable(html: string): readonly string[] {
  const found = new Map<string, string>();
  let stack: readonly Paint[] = [{ name: '', color: undefined, background: undefined, isHidden: false }];
  for (const mark of listMarks(html, VISIBLE_OPAQUE)) {
    const top = stack.at(-1);
    if (top === undefined) continue;
    if (mark.kind === 'start' && !mark.isEmpty && !VOID.has(mark.name)) stack = [...stack, paintOf(mark, top)];
    else if (mark.kind === 'end') stack = close(stack, mark.name);
    else if (
      mark.kind === 'text' &&
      !top.isHidden &&
      !VISIBLE_OPAQUE.has(top.name) &&
      /[\p{L}\p{N}]/u.test(decodeEntities(mark.text))
    ) {
      const problem = judge(top);
      if (problem !== undefined && !found.has(problem)) found.set(problem, quote(mark.text));
    }
  }
  return [...found].map(([problem, text]) => `${text} ${problem}`);
}

function paintOf(tag: StartTag, outer: Paint): Paint {
  const styles = new Map<string, string>();
  const style = tag.attributes.find(({ name }) => name === 'style')?.value ?? '';
  for (const part of style.split(';')) {
    const [name = '', ...value] = part.split(':');
    styles.set(
      name.trim().toLowerCase(),
      value
        .join(':')
        .replace(/!important/i, '')
        .trim()
        .toLowerCase(),
    );
  }
  const ground = styles.get('background-color') ?? readGround(styles.get('background')) ?? bgcolorOf(tag);
  return {
    name: tag.name,
    color: styles.get('color') ?? outer.color,
    background: ground === undefined || ground === 'transparent' || ground === 'inherit' ? outer.background : ground,
    isHidden: outer.isHidden || styles.get('display') === 'none' || styles.get('font-size') === '0',
  };
}

function bgcolorOf(tag: StartTag): string | undefined {
  return tag.attributes.find(({ name }) => name === 'bgcolor')?.value.toLowerCase();
}

function readGround(shorthand: string | undefined): string | undefined {
  return shorthand?.match(/#[\da-f]{3,8}\b|\b[a-z]+\b(?!\()/)?.[0];
}

function close(stack: readonly Paint[], name: string): readonly Paint[] {
  const at = stack.findLastIndex((paint) => paint.name === name);
  return at <= 0 ? stack : stack.slice(0, at);
}

function judge({ color, background }: Paint): string | undefined {
  if (color === 'inherit') return undefined;
  if (color !== undefined && background === undefined) {
    return `is ${color} without a background: a reader in dark mode may put it on black`;
  }
  if (color === undefined && background !== undefined) {
    return `stands on ${background} without a colour of its own: a reader in dark mode may write it in white`;
  }
  const [front, back] = [readColor(color), readColor(background)];
  if (front === undefined || back === undefined) return undefined;
  const contrast = (Math.max(front, back) + 0.05) / (Math.min(front, back) + 0.05);
  return contrast < MIN_CONTRAST ? `is ${color} on ${background}, which is hard to read` : undefined;
}

/** The relative luminance of a colour in hexadecimal digits, 0 to 1 (WCAG 2.2); undefined for any other. */
function readColor(text: string | undefined): number | undefined {
  const digits = /^#([\da-f]{3}|[\da-f]{6})$/.exec(text ?? '')?.[1];
  if (digits === undefined) return text === 'white' ? 1 : text === 'black' ? 0 : undefined;
  const long = digits.length === 3 ? digits.replaceAll(/./g, '$&$&') : digits;
  const [red = 0, green = 0, blue = 0] = [0, 2, 4].map((at) => {
    const part = Number.parseInt(long.slice(at, at + 2), 16) / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}

function quote(text: string): string {
  const flat = text.replaceAll(/\s+/g, ' ').trim();
  return `"${flat.length > 30 ? `${flat.slice(0, 29)}…` : flat}"`;
}
