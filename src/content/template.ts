/** Compiles a template once and renders it once per recipient. */
import { combineErrors, NightjarError } from '../errors';
import type { ParamRule } from '../job/params';
import { checkSource } from './check';
import type { MailContext, RenderedMail } from './context';
import { createFormats } from './formats';
import { cleanHeader } from './message';
import type { Source } from './parse';
import { compileText } from './render';
import { readSample } from './sample';
import type { Check } from './scope';
import { type AttributeOwner, CONTEXT_SHAPE, type Leaf, shapeWith } from './shape';
import { readStrings } from './strings';

/**
 * The files of a template, relative path → text: `subject.hbs`, `body.html.hbs`, `body.text.hbs`, `sample.json`,
 * `strings.en.yaml`…, and the shared ones as `partials/card.hbs` and `layouts/main.hbs`.
 */
export interface TemplateFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

export interface CompileOptions {
  /** Replaces `subject.hbs`: a Handlebars text from the job file. */
  readonly subject?: string;
  /** Path of the job file, for messages about `subject`. */
  readonly jobFile?: string;
  /** Params of the job: what `params` may be asked for. */
  readonly params?: readonly Pick<ParamRule, 'name' | 'type'>[] | undefined;
  /** Attribute names that the imported files have; with those of `sample.json` they are the known ones. */
  readonly attributes?: Readonly<Partial<Record<AttributeOwner, readonly string[]>>>;
}

export interface CompiledTemplate {
  readonly name: string;
  /** Languages of the strings files, sorted. */
  readonly locales: readonly string[];
  /** Attributes that the template names, sorted: to be checked against what was imported. */
  readonly attributes: Readonly<Record<AttributeOwner, readonly string[]>>;
  /** Pure; equal contexts give equal texts. */
  render(context: MailContext): RenderedMail;
}

type Part = 'subject' | 'html' | 'text';
const PARTS: readonly Part[] = ['subject', 'html', 'text'];
const FILES: Readonly<Record<Part, string>> = { subject: 'subject.hbs', html: 'body.html.hbs', text: 'body.text.hbs' };
const SUBJECT_MAX = 250;

/**
 * Compiles a template and checks it whole: every field, helper, partial and text that it names must exist, nothing may be
 * printed unescaped, and both bodies must hold the unsubscribe link and the postal address (law in most countries).
 * A field of the context that a contact lacks prints as nothing.
 *
 * @throws E_TEMPLATE_SYNTAX, E_TEMPLATE_MISSING or E_TEMPLATE_FIELD with file, line, column and the nearest known name;
 *   all problems at once, the first ones of the file order subject, html, text
 */
export function compileTemplate(template: TemplateFiles, options: CompileOptions = {}): CompiledTemplate {
  const place = (file: string) =>
    /^(partials|layouts)\//.test(file) ? `templates/${file}` : `templates/${template.name}/${file}`;
  const { strings, problems } = readStrings({ files: template.files, locate: place });
  const sample = readSample(template.files['sample.json'], place('sample.json'));
  const check: Check = {
    root: shapeWith(options.params ?? []),
    partials: listPartials(template, place),
    strings,
    attributes: {
      contact: new Set([...sample.attributes.contact, ...(options.attributes?.contact ?? [])]),
      item: new Set([...sample.attributes.item, ...(options.attributes?.item ?? [])]),
    },
    problems: [...problems, ...sample.problems],
    used: new Set(),
    usedAttributes: { contact: new Set(), item: new Set() },
  };
  const sources = readSources(template, options, { place, check });
  for (const [part, source] of sources) checkPart(part, source, check);
  const failure = combineErrors(dropRepeats(check.problems));
  if (failure !== undefined) throw failure;
  const render = createRenderer(sources, check);
  return {
    name: template.name,
    locales: strings.locales,
    attributes: { contact: [...check.usedAttributes.contact].sort(), item: [...check.usedAttributes.item].sort() },
    render,
  };
}

function listPartials(template: TemplateFiles, place: (file: string) => string): ReadonlyMap<string, Source> {
  const partials = new Map<string, Source>();
  for (const [file, text] of Object.entries(template.files)) {
    if (/^(partials|layouts)\/.+\.hbs$/.test(file))
      partials.set(file.slice(0, -'.hbs'.length), { path: place(file), text });
  }
  return partials;
}

interface Reading {
  readonly place: (file: string) => string;
  readonly check: Check;
}

function readSources(template: TemplateFiles, options: CompileOptions, { place, check }: Reading) {
  const sources = new Map<Part, Source>();
  for (const part of PARTS) {
    const file = FILES[part];
    const text = template.files[file];
    if (part === 'subject' && options.subject !== undefined) {
      sources.set(part, { path: options.jobFile ?? place(file), text: options.subject, step: 'content.subject' });
    } else if (text !== undefined) {
      sources.set(part, { path: place(file), text });
    } else {
      const fix = part === 'subject' ? 'add the file, or "content.subject" to the job' : 'add the file';
      const where = { file: place(file) };
      check.problems.push(
        new NightjarError('E_TEMPLATE_MISSING', `template "${template.name}" has no ${file}`, { where, fix }),
      );
    }
  }
  return sources;
}

/** Fields that both bodies must show. */
const REQUIRED: readonly Leaf[] = [...findLeaves(['unsubscribeUrl', 'sender.postalAddress'])];

function* findLeaves(paths: readonly string[]): Generator<Leaf> {
  for (const path of paths) {
    const shape = path.split('.').reduce<Check['root'] | Leaf | undefined>((at, part) => {
      const next = at?.kind === 'fields' ? at.fields.get(part) : undefined;
      return next?.kind === 'list' ? undefined : next;
    }, CONTEXT_SHAPE);
    if (shape?.kind === 'leaf') yield shape;
  }
}

function checkPart(part: Part, source: Source, check: Check): void {
  const used = new Set<Leaf>();
  const before = check.problems.length;
  checkSource(source, { ...check, used });
  if (part === 'subject' || check.problems.length > before) return;
  for (const field of REQUIRED) {
    if (used.has(field)) continue;
    const message = `the ${part} body does not hold {{${field.name}}}, which every e-mail must show`;
    const fix = `add {{${field.name}}} to the footer`;
    check.problems.push(new NightjarError('E_TEMPLATE_FIELD', message, { where: { file: source.path }, fix }));
  }
}

/** A partial that is included twice would report its problems twice. */
function dropRepeats(problems: readonly NightjarError[]): readonly NightjarError[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify([problem.where, problem.message]), problem]));
  return [...byText.values()];
}

type Sources = ReadonlyMap<Part, Source>;

function createRenderer(sources: Sources, { partials, strings }: Check): CompiledTemplate['render'] {
  const formats = createFormats();
  const parts = new Map(
    PARTS.map((part) => {
      const text = sources.get(part)?.text ?? '';
      return [part, compileText(text, { escape: part === 'html', partials, strings, formats })];
    }),
  );
  const print = (part: Part, context: MailContext) => parts.get(part)?.(context) ?? '';
  return (context) => ({
    subject: cleanHeader(print('subject', context), SUBJECT_MAX),
    html: print('html', context),
    text: print('text', context),
  });
}
