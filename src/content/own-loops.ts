/** Finds the loops of a template that show each item by itself, so that what they make of one is the same in many mails. */
import Handlebars from 'handlebars';
import type { Source } from './parse';
import { isPath } from './scope';

/** Called in the place of `each`, with the index of the loop as a second value; templates can't name it. */
export const LOOP_HELPER = 'nj-each';
/** Prints the long text of that index; templates can't name it. */
export const LONG_TEXT_HELPER = 'nj-text';

/** What the body of a loop reads beside the item, language and shop. */
export interface OwnLoop {
  readonly usesTimeZone: boolean;
  readonly usesFirst: boolean;
  readonly usesLast: boolean;
}

export interface KeptParts {
  /** By index. */
  readonly loops: readonly OwnLoop[];
  /** By index: texts that stand in the template as they are. */
  readonly longTexts: readonly string[];
}

/** In UTF-16 units: below, setting a text apart costs more than to encode it again. */
const LONG = 200;

/** Turns the loops and long texts of a tree into calls of the two helpers, in place. */
export function markKept(program: hbs.AST.Program, partials: ReadonlyMap<string, Source>): KeptParts {
  const marker = new Marker(partials);
  marker.accept(program);
  return marker;
}

class Marker extends Handlebars.Visitor implements KeptParts {
  readonly mutating = true;
  readonly loops: OwnLoop[] = [];
  readonly longTexts: string[] = [];
  private readonly names: string[] = [];

  constructor(private readonly partials: ReadonlyMap<string, Source>) {
    super();
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const own =
      block.path.original === 'each' ? readBody(block, { partials: this.partials, names: this.names }) : undefined;
    this.names.push(...(block.program?.blockParams ?? []));
    super.BlockStatement(block);
    this.names.length -= block.program?.blockParams?.length ?? 0;
    if (own === undefined) return;
    block.path = { ...block.path, original: LOOP_HELPER, parts: [LOOP_HELPER] };
    block.params.push(numberOf(this.loops.push(own) - 1, block));
  }

  override ContentStatement(content: hbs.AST.ContentStatement): hbs.AST.Statement | undefined {
    if (content.value.length < LONG) return undefined;
    return Handlebars.parse(`{{{${LONG_TEXT_HELPER} ${this.longTexts.push(content.value) - 1}}}}`).body[0];
  }
}

function numberOf(value: number, { loc }: hbs.AST.Node): hbs.AST.NumberLiteral {
  return { type: 'NumberLiteral', value, original: value, loc };
}

interface Surroundings {
  readonly partials: ReadonlyMap<string, Source>;
  /** Block parameters of the blocks around. */
  readonly names: readonly string[];
}

/** Undefined where the body reads more than its item. */
function readBody({ program }: hbs.AST.BlockStatement, { partials, names }: Surroundings): OwnLoop | undefined {
  // {{^each}} shows no item.
  if (program === undefined) return undefined;
  const [, ...others] = program.blockParams ?? [];
  const reader = new BodyReader(partials, new Set([...names, ...others]));
  reader.accept(program);
  return reader.isOwn ? reader : undefined;
}

/** Of the whole mail, what goes with the language and the shop. */
const SHARED = /^@root\.(?:locale|dir|publicUrl)$/;

class BodyReader extends Handlebars.Visitor implements OwnLoop {
  isOwn = true;
  usesTimeZone = false;
  usesFirst = false;
  usesLast = false;
  /** Loops within the body, up to here. */
  private depth = 0;

  constructor(
    private readonly partials: ReadonlyMap<string, Source>,
    private readonly names: ReadonlySet<string>,
  ) {
    super();
  }

  override BlockStatement(block: hbs.AST.BlockStatement): void {
    const isLoop = block.path.original === 'each';
    this.accept(block.path);
    this.acceptArray(block.params);
    this.accept(block.hash);
    if (isLoop) this.depth += 1;
    this.accept(block.program);
    if (isLoop) this.depth -= 1;
    this.accept(block.inverse);
  }

  override PartialStatement(partial: hbs.AST.PartialStatement): void {
    super.PartialStatement(partial);
    this.readPartial(partial.name);
  }

  override PartialBlockStatement(partial: hbs.AST.PartialBlockStatement): void {
    super.PartialBlockStatement(partial);
    this.readPartial(partial.name);
  }

  override PathExpression(path: hbs.AST.PathExpression): void {
    const [first = ''] = path.parts;
    if (path.depth > 0 || (!path.data && this.names.has(first))) this.isOwn = false;
    else if (path.data) this.readData(path);
    else if (first === 'date' || first === 'time') this.usesTimeZone = true;
  }

  /** What `@` names: of the loop itself, of one within, or of the whole mail. */
  private readData({ original }: hbs.AST.PathExpression): void {
    const isOfLoop = /^@(?:first|last|index|key)$/.test(original);
    if (isOfLoop && this.depth > 0) return;
    if (original === '@first') this.usesFirst = true;
    else if (original === '@last') this.usesLast = true;
    else if (!SHARED.test(original)) this.isOwn = false;
  }

  private readPartial(name: hbs.AST.PathExpression | hbs.AST.SubExpression): void {
    const source = isPath(name) ? this.partials.get(name.original) : undefined;
    if (source === undefined) this.isOwn = false;
    else this.accept(Handlebars.parse(source.text));
  }
}
