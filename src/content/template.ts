/** Compiles a template once and renders it once per recipient. */
import { combineErrors, NightjarError } from '../errors';
import type { ParamRule } from '../job/params';
import { compileBody } from './body';
import { checkSource } from './check';
import type { MailContext, RenderedMail } from './context';
import { createFormats } from './formats';
import { FragmentCache } from './fragment-cache';
import { checkNamed, createLanguageChooser } from './languages';
import { flatten } from './markup/flatten';
import { findUnquoted, guardValues } from './markup/guard-values';
import { inlineStyles } from './markup/inline-styles';
import { compileMjml } from './markup/mjml';
import { cleanHeader } from './mime/clean-header';
import { joinText } from './mime/transfer-encoding';
import type { Source } from './parse';
import { compileText } from './render';
import { readSample } from './sample';
import type { Check } from './scope';
import { type AttributeOwner, CONTEXT_SHAPE, type Leaf, shapeWith } from './shape';
import { readStrings } from './strings';
import { PARTS, type Part, placeOf, readSources, type TemplateFiles, type TemplateSources } from './template-sources';

export type { TemplateFiles } from './template-sources';

export interface CompileOptions {
  /** Replaces `subject.hbs`: a Handlebars text from the job file. */
  readonly subject?: string;
  /** Path of the job file, for messages about `subject` and `locales`. */
  readonly jobFile?: string;
  /** Params of the job: what `params` may be asked for. */
  readonly params?: readonly Pick<ParamRule, 'name' | 'type'>[] | undefined;
  /** Names of the job's sections. */
  readonly sections?: readonly string[] | undefined;
  /** Canonical tags of the languages to write in, the first one for everybody else; all strings files where left out. */
  readonly locales?: readonly string[];
  /** Attribute names that the imported files have; with those of `sample.json` they are the known ones. */
  readonly attributes?: Readonly<Partial<Record<AttributeOwner, readonly string[]>>>;
}

export interface CompiledTemplate {
  readonly name: string;
  /** Languages of the strings files, sorted. */
  readonly locales: readonly string[];
  /** Attributes that the template names, sorted: to be checked against what was imported. */
  readonly attributes: Readonly<Record<AttributeOwner, readonly string[]>>;
  /** What is no error and likely a slip: texts that nothing prints, texts that a language lacks. */
  readonly remarks: readonly string[];
  /** The language of the content for a contact's `locale`. */
  chooseLocale(locale: string | undefined): string;
  /** Pure; equal contexts give equal texts. */
  render(context: MailContext): RenderedMail;
}

const LINE_MAX = 250;

/**
 * Compiles a template and checks it whole: every field, helper, partial and text that it names must exist, nothing may be
 * printed unescaped, and both bodies must hold the unsubscribe link and the postal address (law in most countries).
 * A field of the context that a contact lacks prints as nothing. MJML is compiled and CSS is inlined here, once.
 *
 * @throws E_TEMPLATE_SYNTAX, E_TEMPLATE_MISSING or E_TEMPLATE_FIELD with file, line, column and the nearest known name;
 *   all problems at once, the first ones of the file order subject, preheader, html, text
 */
export async function compileTemplate(
  template: TemplateFiles,
  options: CompileOptions = {},
): Promise<CompiledTemplate> {
  const { strings, problems } = readStrings({
    files: template.files,
    locate: (file) => placeOf(template, file),
    ...(options.locales === undefined ? {} : { preferred: options.locales }),
  });
  const languages = { written: strings.locales, named: options.locales };
  const sample = readSample(template.files['sample.json'], placeOf(template, 'sample.json'));
  const sources = readSources(template, options);
  const check: Check = {
    root: shapeWith(options.params ?? [], options.sections),
    partials: sources.partials,
    strings,
    attributes: {
      contact: new Set([...sample.attributes.contact, ...(options.attributes?.contact ?? [])]),
      item: new Set([...sample.attributes.item, ...(options.attributes?.item ?? [])]),
    },
    problems: [...problems, ...sample.problems, ...sources.problems],
    used: new Set(),
    usedTexts: new Set(),
    usedAttributes: { contact: new Set(), item: new Set() },
  };
  check.problems.push(...checkNamed(languages, { template: template.name, jobFile: options.jobFile }));
  for (const part of PARTS) checkPart(part, sources, check);
  check.problems.push(...findUnshownSections(sources, options.sections ?? []));
  refuse(check.problems);
  const { text: html, problems: ofMarkup } = await compileMarkup(sources);
  refuse(ofMarkup);
  return {
    name: template.name,
    locales: strings.locales,
    attributes: { contact: [...check.usedAttributes.contact].sort(), item: [...check.usedAttributes.item].sort() },
    remarks: remarkTexts(template, { check, ownSubject: options.subject === undefined }),
    chooseLocale: createLanguageChooser(languages),
    render: createRenderer(sources, html ?? '', check),
  };
}

function refuse(problems: readonly NightjarError[]): void {
  const failure = combineErrors(dropRepeats(problems));
  if (failure !== undefined) throw failure;
}

async function compileMarkup({ parts, partials, isMjml }: TemplateSources) {
  const source = parts.get('html');
  const pieces = source === undefined ? [] : flatten(source, partials);
  const unquoted = findUnquoted(pieces);
  if (unquoted.length > 0) return { text: undefined, problems: unquoted };
  const { text, problems } = isMjml ? await compileMjml(pieces) : { text: await inlineStyles(pieces), problems: [] };
  return { text: text === undefined ? undefined : guardValues(text), problems };
}

const leafOf = (path: string) => [...findLeaves([path])];

/** Fields that both bodies must show. */
const REQUIRED: readonly Leaf[] = [...leafOf('unsubscribeUrl'), ...leafOf('sender.postalAddress')];
const PREHEADER: readonly Leaf[] = leafOf('preheader');

function* findLeaves(paths: readonly string[]): Generator<Leaf> {
  for (const path of paths) {
    const shape = path.split('.').reduce<Check['root'] | Leaf | undefined>((at, part) => {
      const next = at?.kind === 'fields' ? at.fields.get(part) : undefined;
      return next?.kind === 'list' ? undefined : next;
    }, CONTEXT_SHAPE);
    if (shape?.kind === 'leaf') yield shape;
  }
}

function checkPart(part: Part, { parts }: TemplateSources, check: Check): void {
  const source = parts.get(part);
  if (source === undefined) return;
  const used = new Set<Leaf>();
  const before = check.problems.length;
  checkSource(source, { ...check, used });
  if ((part !== 'html' && part !== 'text') || check.problems.length > before) return;
  for (const field of REQUIRED) {
    if (used.has(field)) continue;
    const message = `the ${part} body does not hold {{${field.name}}}, which every e-mail must show`;
    check.problems.push(missingField(source, message, `add {{${field.name}}} to the footer`));
  }
  if (part === 'html' && parts.has('preheader') && !PREHEADER.some((field) => used.has(field))) {
    const message = 'the html body does not hold {{preheader}}, so that nobody sees what preheader.hbs says';
    check.problems.push(missingField(source, message, 'begin the body with {{preheader}}, or remove preheader.hbs'));
  }
}

const SECTION_HTML = '<h2>{{title}}</h2>{{#each items}}<p>{{title}}</p>{{/each}}';
const SECTION_MJML =
  '<mj-section><mj-column><mj-text>{{title}}</mj-text>{{#each items}}<mj-text>{{title}}</mj-text>{{/each}}</mj-column></mj-section>';

/** What no template shows would be bought in vain. */
function findUnshownSections(
  { parts, partials, isMjml }: TemplateSources,
  names: readonly string[],
): readonly NightjarError[] {
  const html = parts.get('html');
  if (html === undefined || names.length === 0) return [];
  const shows = [html, ...partials.values()].some(({ text }) => /\bsections\b/.test(text));
  const message = `the html body shows no sections, and the job buys ${names.join(', ')} for it`;
  const fix = `add {{#each @root.sections}}${isMjml ? SECTION_MJML : SECTION_HTML}{{/each}}, or remove content.sections`;
  return shows ? [] : [missingField(html, message, fix)];
}

function missingField({ path }: Source, message: string, fix: string): NightjarError {
  return new NightjarError('E_TEMPLATE_FIELD', message, { where: { file: path }, fix });
}

/** A partial that is included twice would report its problems twice. */
function dropRepeats(problems: readonly NightjarError[]): readonly NightjarError[] {
  const byText = new Map(problems.map((problem) => [JSON.stringify([problem.where, problem.message]), problem]));
  return [...byText.values()];
}

function remarkTexts(
  template: TemplateFiles,
  { check, ownSubject }: { readonly check: Check; readonly ownSubject: boolean },
): readonly string[] {
  const used = new Set(check.usedTexts);
  const subject = template.files['subject.hbs'];
  if (!ownSubject && subject !== undefined) {
    checkSource({ path: '', text: subject }, { ...check, problems: [], usedTexts: used });
  }
  const unused = [...check.strings.keys].filter((key) => !used.has(key) && !key.startsWith('theme.'));
  const missing = [...check.strings.listMissing()].filter(([, keys]) => keys.length > 0);
  return [
    ...(unused.length === 0 ? [] : [`texts that nothing prints: ${unused.join(', ')}`]),
    ...missing.map(([locale, keys]) => `texts that strings.${locale}.yaml lacks: ${keys.join(', ')}`),
  ];
}

/** One for all templates of a process, so that its bound is that of all together. */
const cache = new FragmentCache();
let compiled = 0;

function createRenderer(
  { parts, partials }: TemplateSources,
  html: string,
  { strings }: Check,
): CompiledTemplate['render'] {
  const formats = createFormats();
  const compilePart = (part: Part) =>
    compileText(parts.get(part)?.text ?? '', { escape: false, partials, strings, formats });
  const [subject, preheader] = [compilePart('subject'), compilePart('preheader')];
  const shared = { strings, formats, cache };
  const number = ++compiled;
  const texts = compileBody(parts.get('text')?.text ?? '', {
    ...shared,
    name: `${number} text`,
    escape: false,
    partials,
  });
  const htmls = compileBody(html, { ...shared, name: `${number} html`, escape: true, partials: new Map() });
  return (given) => {
    const context = parts.has('preheader') ? { ...given, preheader: cleanHeader(preheader(given), LINE_MAX) } : given;
    const pieces = { html: htmls(context), text: texts(context) };
    return {
      subject: cleanHeader(subject(context), LINE_MAX),
      html: joinText(pieces.html),
      text: joinText(pieces.text),
      pieces,
    };
  };
}
