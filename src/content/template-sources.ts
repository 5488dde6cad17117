/** Finds the parts of a template among its files, and says which are missing. */
import { NightjarError } from '../errors';
import type { Source } from './parse';

/**
 * The files of a template, relative path → text: `subject.hbs`, `preheader.hbs`, `body.html.hbs` or `body.mjml.hbs`,
 * `body.text.hbs`, `sample.json`, `strings.en.yaml`…, and the shared ones as `partials/card.hbs` and `layouts/main.hbs`.
 */
export interface TemplateFiles {
  readonly name: string;
  readonly files: Readonly<Record<string, string>>;
}

export type Part = 'subject' | 'preheader' | 'html' | 'text';
/** In the order in which problems are told. */
export const PARTS: readonly Part[] = ['subject', 'preheader', 'html', 'text'];

const FILES: Readonly<Record<Part, readonly string[]>> = {
  subject: ['subject.hbs'],
  preheader: ['preheader.hbs'],
  html: ['body.html.hbs', 'body.mjml.hbs'],
  text: ['body.text.hbs'],
};

/** The file of the HTML body that is written in MJML. */
export const MJML_FILE = 'body.mjml.hbs';

/** A subject that the job file says. */
export interface JobSubject {
  readonly subject?: string;
  readonly jobFile?: string;
}

export interface TemplateSources {
  readonly parts: ReadonlyMap<Part, Source>;
  readonly isMjml: boolean;
  readonly partials: ReadonlyMap<string, Source>;
  readonly problems: readonly NightjarError[];
}

/** Says where a file of a template lies, for messages. */
export function placeOf(template: TemplateFiles, file: string): string {
  return /^(partials|layouts)\//.test(file) ? `templates/${file}` : `templates/${template.name}/${file}`;
}

/** Reads the parts; a preheader may be missing, every other part is a problem (E_TEMPLATE_MISSING). */
export function readSources(template: TemplateFiles, { subject, jobFile }: JobSubject): TemplateSources {
  const parts = new Map<Part, Source>();
  const problems: NightjarError[] = [];
  for (const part of PARTS) {
    const found = FILES[part].filter((file) => template.files[file] !== undefined);
    const [file = FILES[part][0] ?? '', second] = found;
    if (part === 'subject' && subject !== undefined) {
      parts.set(part, { path: jobFile ?? placeOf(template, file), text: subject, step: 'content.subject' });
    } else if (found.length > 0) parts.set(part, { path: placeOf(template, file), text: template.files[file] ?? '' });
    else if (part !== 'preheader') problems.push(refuseMissing(template, part));
    if (second !== undefined) {
      const message = `template "${template.name}" has both ${file} and ${second}; expected one HTML body`;
      const where = { file: placeOf(template, second) };
      problems.push(new NightjarError('E_TEMPLATE_SYNTAX', message, { where, fix: 'remove one of them' }));
    }
  }
  const isMjml = template.files[MJML_FILE] !== undefined && template.files['body.html.hbs'] === undefined;
  return { parts, isMjml, partials: listPartials(template), problems };
}

function refuseMissing(template: TemplateFiles, part: Part): NightjarError {
  const files = FILES[part].join(' or ');
  const fix = part === 'subject' ? 'add the file, or "content.subject" to the job' : 'add the file';
  const where = { file: placeOf(template, FILES[part][0] ?? '') };
  return new NightjarError('E_TEMPLATE_MISSING', `template "${template.name}" has no ${files}`, { where, fix });
}

function listPartials(template: TemplateFiles): ReadonlyMap<string, Source> {
  const partials = new Map<string, Source>();
  for (const [file, text] of Object.entries(template.files)) {
    if (/^(partials|layouts)\/.+\.hbs$/.test(file))
      partials.set(file.slice(0, -'.hbs'.length), { path: placeOf(template, file), text });
  }
  return partials;
}
