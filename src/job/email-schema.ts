/** The shape of an e-mail job as its file is written; `description` is for editors, `expected` for messages. */
import { z } from 'zod';
import { filterField, recipientValuesField } from './filter-schema';
import { emailGuardField } from './guard-schema';
import { headFields, kindField } from './head-schema';
import { type JobNames, solutionField, templateField } from './names';
import { notifyField } from './notify-schema';
import { sendField } from './send-schema';
import { whereField } from './where-schema';

/** numResults of a batch inference job; https://docs.aws.amazon.com/personalize/latest/dg/limits.html */
const MAX_RESULTS = 500;
/** Beyond this an e-mail is a catalogue; a limit of nightjar's own. */
const MAX_ITEMS_SHOWN = 50;

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

const itemsShown = z
  .int()
  .min(1)
  .max(MAX_ITEMS_SHOWN)
  .default(6)
  .meta({
    description: 'How many items an e-mail shows; as many more are kept as a spare',
    expected: `a whole number, 1 to ${MAX_ITEMS_SHOWN}`,
  });

const show = z
  .strictObject({
    items: itemsShown,
    inStock: z.boolean().default(true).meta({ description: 'Whether items that are out of stock are left out' }),
    fallback: z.enum(['popular', 'none']).optional().meta({
      description:
        'What fills the gaps where recommendations do not suffice; with none, who has none gets no e-mail. Without it popular, and none beside a filter',
    }),
  })
  .prefault({})
  .meta({ expected: 'a map of items, inStock and fallback', examples: [{ items: 6, inStock: true }] });

const subject = z
  .string()
  .min(1)
  .optional()
  .meta({
    description: "A Handlebars text that replaces the template's own subject",
    expected: 'a text',
    examples: ['{{contact.firstName}}, {{items.0.title}} is waiting'],
  });

const recipients = z
  .strictObject({
    from: z.literal('contacts').default('contacts').meta({ description: 'Where recipients are taken from' }),
    where: whereField,
  })
  .prefault({})
  .meta({ expected: 'a map of from and where', examples: [{ from: 'contacts' }] });

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
    recipients,
    content: z
      .strictObject({ template, subject, show })
      .meta({ expected: 'a map of template, subject and show', examples: [{ template: 'picks' }] }),
    send: sendField,
    guard: emailGuardField,
    notify: notifyField(names),
  });
}
