/** Finds which branches of a template a context takes, so that a preview can show every one. */
import type { MailContext } from './context';
import { createFormats } from './formats';
import { flatten } from './markup/flatten';
import { locatePiece, type Piece } from './markup/tags';
import { BRANCH_HELPER, compileText } from './render';
import { readStrings } from './strings';
import { type JobSubject, PARTS, type Part, readSources, type TemplateFiles } from './template-sources';

export interface Branches {
  /** Every way that a condition or loop can go. */
  readonly all: readonly Branch[];
  /** Ids of the branches that a context takes. */
  trace(context: MailContext): ReadonlySet<string>;
  /** Texts that conditions compare with: attribute of the contact → texts. */
  readonly compared: ReadonlyMap<string, readonly string[]>;
}

export interface Branch {
  readonly id: string;
  /** `templates/picks/body.html.hbs:3:1 {{#if x}} is never false`, for who has not seen it. */
  readonly unseen: string;
}

const CONDITION = /^(?:else\s+)?(if|unless|each|with)\s+([\s\S]*?)(\s+as\s+\|[^|]*\|)?$/;
const COMPARED = /\(eq\s+(?:@root\.)?contact\.attributes\.(\w+)\s+"([^"]*)"\)/g;

/** Lists the branches of a template that has been compiled; markup is left as it is written, which changes no branch. */
export function traceBranches(template: TemplateFiles, subject: JobSubject): Branches {
  const { parts, partials } = readSources(template, subject);
  const { strings } = readStrings({ files: template.files, locate: (file) => file });
  const formats = createFormats();
  const all = new Map<string, Branch>();
  const compared = new Map<string, readonly string[]>();
  let taken = new Set<string>();
  const compilePart = (part: Part) => {
    const source = parts.get(part);
    if (source === undefined) return () => '';
    const pieces = flatten(source, partials);
    for (const { text } of pieces)
      for (const [, name = '', value = ''] of text.matchAll(COMPARED)) {
        compared.set(name, [...new Set([...(compared.get(name) ?? []), value])]);
      }
    const text = pieces.map((piece, at) => mark(piece, { all, hasElse: hasElse(pieces, at) })).join('');
    const onBranch = (id: string, isTaken: boolean) => void taken.add(`${id} ${isTaken}`);
    return compileText(text, { escape: false, partials: new Map(), strings, formats, onBranch });
  };
  const preheader = compilePart('preheader');
  const others = PARTS.filter((part) => part !== 'preheader').map(compilePart);
  return {
    all: [...all.values()],
    compared,
    trace: (context) => {
      taken = new Set();
      const whole = { ...context, preheader: preheader(context) };
      for (const run of others) run(whole);
      return taken;
    },
  };
}

/** Tells whether the block that opens here says what stands there otherwise. */
function hasElse(pieces: readonly Piece[], start: number): boolean {
  let depth = 0;
  for (const { kind } of pieces.slice(start)) {
    if (kind === 'open') depth += 1;
    if (kind === 'close') depth -= 1;
    if (kind === 'else' && depth === 1) return true;
    if (depth === 0) return false;
  }
  return false;
}

interface Marking {
  readonly all: Map<string, Branch>;
  readonly hasElse: boolean;
}

/** Writes `{{#if x}}` as `{{#if (nj-branch "place" x)}}`. An empty loop without `{{else}}` shows nothing to look at. */
function mark(piece: Piece, { all, hasElse: isTwofold }: Marking): string {
  if (piece.kind !== 'open' && piece.kind !== 'else') return piece.text;
  const [, name = '', value = '', names = ''] = CONDITION.exec(piece.inner) ?? [];
  if (name === '') return piece.text;
  const { file = '', line = 0, column = 0 } = locatePiece(piece);
  const id = `${file}:${line}:${column}`;
  const ways = name === 'each' ? ['empty', 'filled'] : name === 'with' ? ['missing', 'there'] : ['false', 'true'];
  for (const [index, way] of ways.entries()) {
    if (name === 'each' && index === 0 && !isTwofold) continue;
    const branch = `${id} ${index === 1}`;
    all.set(branch, { id: branch, unseen: `${id} ${piece.text.replaceAll(/\s+/g, ' ')} is never ${way}` });
  }
  const start = piece.kind === 'else' ? `else ${name}` : `${/^\{\{~?\^/.test(piece.text) ? '^' : '#'}${name}`;
  return `{{${start} (${BRANCH_HELPER} "${id.replaceAll('"', '')}" ${value})${names}}}`;
}
