/** The shape of an e-mail job as its file is written; `description` is for editors, `expected` for messages. */
import { z } from 'zod';
import { filterField, recipientValuesField } from './filter-schema';
import { emailGuardField } from './guard-schema';
import { headFields, kindField } from './head-schema';
import { linksField } from './links-schema';
import { type JobNames, solutionField, templateField } from './names';
import { notifyField } from './notify-schema';
import { recipientsField } from './recipients-schema';
import { sendField } from './send-schema';
import { showField } from './show-schema';

/** numResults of a batch inference job; https://docs.aws.amazon.com/personalize/latest/dg/limits.html */
const MAX_RESULTS = 500;

/** Items bought for a recipient where the file names no number. */
export const DEFAULT_RESULTS = 25;

const results = z
  .int()
  .min(1)
  .max(MAX_RESULTS)
  .default(DEFAULT_RESULTS)
  .meta({
    description: 'How many items to buy for each recipient (numResults)',
    expected: `a whole number, 1 to ${MAX_RESULTS}`,
  });

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
  const solution = solutionField(names, 'picks');
  const template = templateField(names);
  return z.strictObject({
    ...headFields,
    kind: kindField('email'),
    recommend: z
      .strictObject({ solution, results, filter: filterField, filterValues: recipientValuesField })
      .meta({ expected: 'a map of solution, results, filter and filterValues', examples: [{ solution: 'picks' }] }),
    recipients: recipientsField,
    content: z
      .strictObject({ template, subject, locales, show: showField, links: linksField })
      .meta({ expected: 'a map of template, subject, locales, show and links', examples: [{ template: 'picks' }] }),
    send: sendField,
    guard: emailGuardField,
    notify: notifyField(names),
  });
}
