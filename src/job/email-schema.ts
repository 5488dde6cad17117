/** The shape of an e-mail job as its file is written; `description` is for editors, `expected` for messages. */
import { z } from 'zod';
import { emailGuardField } from './guard-schema';
import { headFields, kindField } from './head-schema';
import { linksField } from './links-schema';
import { type JobNames, templateField } from './names';
import { notifyField } from './notify-schema';
import { recipientsField } from './recipients-schema';
import { recommendField } from './recommend-schema';
import { sectionsField } from './sections-schema';
import { sendField } from './send-schema';
import { showField } from './show-schema';

const subject = z
  .string()
  .min(1)
  .optional()
  .meta({
    description: "A Handlebars text that replaces the template's own subject",
    expected: 'a text',
    examples: ['{{contact.firstName}}, {{items.0.title}} is waiting'],
  });

const locales = z
  .array(z.string().refine(isCanonicalTag, { error: 'a language tag such as en, de-AT or zh-Hant' }))
  .min(1)
  .refine((tags) => new Set(tags).size === tags.length, { error: 'each language once' })
  .optional()
  .meta({
    description: 'The languages to write in, the first one for everybody else; each has a strings file',
    expected: 'a list of language tags such as en, de-AT or zh-Hant, each once',
    examples: [['en', 'de', 'ja']],
  });

/** Tells a language tag in the form that strings files have. */
function isCanonicalTag(text: string): boolean {
  try {
    return Intl.getCanonicalLocales(text)[0] === text;
  } catch {
    return false;
  }
}

/** Makes the schema of an e-mail job, which knows the solutions and templates that there are. */
export function emailSchema(names: JobNames) {
  const template = templateField(names);
  return z.strictObject({
    ...headFields,
    kind: kindField('email'),
    recommend: recommendField(names),
    recipients: recipientsField,
    content: z
      .strictObject({ template, subject, locales, show: showField, sections: sectionsField(names), links: linksField })
      .meta({
        expected: 'a map of template, subject, locales, show, sections and links',
        examples: [{ template: 'picks' }],
      }),
    send: sendField,
    guard: emailGuardField,
    notify: notifyField(names),
  });
}
