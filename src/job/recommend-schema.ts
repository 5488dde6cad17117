/** The shape of `recommend`: the solution that is asked, and where the items come from that it recommends. */
import { z } from 'zod';
import { refuseDoubles } from './each-once';
import { filterField, recipientValuesField } from './filter-schema';
import { type JobNames, solutionField } from './names';

/** numResults of a batch inference job; https://docs.aws.amazon.com/personalize/latest/dg/limits.html */
const MAX_RESULTS = 500;

/** Items of a list that is ranked; the documents state 500 for real-time calls and nothing for batch jobs. */
const MAX_LISTED = 500;

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

const list = z
  .array(z.string().min(1).meta({ expected: 'an item id in quotes' }))
  .min(1)
  .max(MAX_LISTED)
  .superRefine(refuseDoubles('each item id once'))
  .meta({
    description: 'Item ids, ranked for each recipient by a Personalized-Ranking solution',
    expected: `a list of at most ${MAX_LISTED} item ids, each once`,
    examples: [['item-1', 'item-2']],
  });

const newest = z.strictObject({
  newest: z
    .int()
    .min(1)
    .max(MAX_LISTED)
    .meta({
      description: 'So many of the newest items by created_at, ranked for each recipient',
      expected: `a whole number, 1 to ${MAX_LISTED}`,
      examples: [50],
    }),
  category: z
    .string()
    .min(1)
    .optional()
    .meta({ description: 'Of this category alone', expected: 'a category of the catalogue', examples: ['tea'] }),
});

const from = z
  .union([z.literal('related'), z.strictObject({ list }), newest])
  .optional()
  .meta({
    description:
      "Where the items come from beside each recipient's own taste: a list or the newest items, ranked; or what goes with the last thing bought",
    expected: 'related, a map of list, or a map of newest and category',
    examples: ['related'],
  });

const themes = z
  .union([z.boolean(), z.strictObject({ itemName: z.string().regex(/^[A-Za-z_][A-Za-z\d_]{0,149}$/) })])
  .default(false)
  .meta({
    description: 'Whether Personalize writes a theme for each list of related items; itemName is the column of titles',
    expected: 'true, false, or a map of itemName: a column of the Items dataset',
    examples: [true],
  });

const expected = 'a map of solution, results, filter, filterValues, from and themes';

/** The field `recommend` of an e-mail job, and of a section. */
export function recommendField(names: JobNames) {
  const solution = solutionField(names, 'picks');
  return z
    .strictObject({ solution, results, filter: filterField, filterValues: recipientValuesField, from, themes })
    .meta({ expected, examples: [{ solution: 'picks' }] });
}
