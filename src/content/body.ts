/** Compiles the body of a mail, which comes in pieces: what it shows of an item alone is made and encoded once for many mails. */
import Handlebars from 'handlebars';
import { isShared, type MailContext } from './context';
import type { FragmentCache } from './fragment-cache';
import { type Fragment, TextEncoding, type TextPieces } from './mime/transfer-encoding';
import { type KeptParts, LONG_TEXT_HELPER, LOOP_HELPER, markKept, type OwnLoop } from './own-loops';
import { type Addition, compileText, type RenderOptions } from './render';

/** Stands in the text for a fragment. No text of a mail holds one; where one does, the mail is made in one piece. */
const MARK = '\0';

export interface BodyOptions extends RenderOptions {
  /** Which body it is: no other one that shares `cache` has the name. */
  readonly name: string;
  readonly cache: FragmentCache;
}

/** Compiles a text that `checkSource` has passed into a function that gives its pieces, `compileText` into one that gives their whole. */
export function compileBody(text: string, options: BodyOptions): (context: MailContext) => TextPieces {
  const fragments = new BodyFragments(options);
  const render = compileText(text, options, fragments);
  return (context) => fragments.collect(context, () => render(context));
}

const encoding = new TextEncoding();

class BodyFragments implements Addition {
  private parts: KeptParts = { loops: [], longTexts: [] };
  private longTexts: readonly (Fragment | string)[] = [];
  /** The fragments of the body that is made, in order; undefined where it is made in one piece. */
  private collected: Fragment[] | undefined;
  /** What all fragments of the body depend on. */
  private shared = '';
  private timeZone = '';

  constructor(private readonly options: BodyOptions) {}

  mark(program: hbs.AST.Program): void {
    this.parts = markKept(program, this.options.partials);
    this.longTexts = this.parts.longTexts.map((text) => encoding.quote(text) ?? text);
  }

  register(environment: typeof Handlebars): void {
    const { each } = environment.helpers;
    const fragments = this;
    environment.registerHelper(LONG_TEXT_HELPER, (index: number) => fragments.print(fragments.longTexts[index] ?? ''));
    environment.registerHelper(LOOP_HELPER, function (this: unknown, list: unknown, index: number, options) {
      const loop = fragments.parts.loops[index];
      if (loop === undefined || !Array.isArray(list) || list.length === 0) return each?.call(this, list, options);
      return fragments.printLoop({ list, loop, index, options });
    });
  }

  collect(context: MailContext, render: () => string): TextPieces {
    const collected: Fragment[] = [];
    const { locale, dir, timeZone, publicUrl } = context;
    this.shared = `${this.options.name} ${locale} ${dir} ${publicUrl}`;
    this.timeZone = timeZone;
    this.collected = collected;
    const texts = render().split(MARK);
    this.collected = undefined;
    return texts.length === collected.length + 1 ? interleave(texts, collected) : [render()];
  }

  private printLoop({ list, loop, index, options }: Loop): string {
    const key = `${index} ${this.shared}${loop.usesTimeZone ? ` ${this.timeZone}` : ''}`;
    let text = '';
    for (let at = 0; at < list.length; at += 1) {
      const [isFirst, isLast] = [at === 0, at === list.length - 1];
      const variant = `${loop.usesFirst && isFirst ? 'first ' : ''}${loop.usesLast && isLast ? 'last ' : ''}`;
      const item: unknown = list[at];
      const known = isShared(item) ? this.options.cache.find(item, variant + key) : undefined;
      text += this.print(
        known ?? this.make(item, variant + key, () => printItem(item, { at, isFirst, isLast, options })),
      );
    }
    return text;
  }

  /** Makes the fragment of an item that other mails show as well, and the text of anything else. */
  private make(item: unknown, key: string, print: () => string): Fragment | string {
    if (!isShared(item) || !this.options.cache.isWanted(item, key)) return print();
    const { collected } = this;
    this.collected = undefined;
    const text = print();
    this.collected = collected;
    const fragment = encoding.quote(text);
    if (fragment !== undefined) this.options.cache.keep(item, key, fragment);
    return fragment ?? text;
  }

  private print(fragment: Fragment | string): string {
    if (typeof fragment === 'string') return fragment;
    if (this.collected === undefined) return fragment.text;
    this.collected.push(fragment);
    return MARK;
  }
}

interface Loop {
  readonly list: readonly unknown[];
  readonly loop: OwnLoop;
  readonly index: number;
  readonly options: Handlebars.HelperOptions;
}

interface Turn {
  readonly at: number;
  readonly isFirst: boolean;
  readonly isLast: boolean;
  readonly options: Handlebars.HelperOptions;
}

/** As Handlebars' own loop calls its block. */
function printItem(item: unknown, { at, isFirst, isLast, options }: Turn): string {
  const data: Record<string, unknown> = Handlebars.createFrame(options.data);
  Object.assign(data, { key: at, index: at, first: isFirst, last: isLast });
  return options.fn(item, { data, blockParams: [item, at] });
}

function interleave(texts: readonly string[], fragments: readonly Fragment[]): TextPieces {
  const pieces: (string | Fragment)[] = [];
  for (let at = 0; at < texts.length; at += 1) {
    const [text = '', fragment] = [texts[at], fragments[at]];
    if (text !== '') pieces.push(text);
    if (fragment !== undefined) pieces.push(fragment);
  }
  return pieces;
}
