/** The shape of `content.show`: how many items an e-mail shows, which may not be among them, and what fills the gaps. */
import { z } from 'zod';
import { parseDuration } from '../units';

/** Beyond this an e-mail is a catalogue; a limit of nightjar's own. */
const MAX_ITEMS_SHOWN = 50;

const count = z
  .int()
  .min(1)
  .max(MAX_ITEMS_SHOWN)
  .meta({ expected: `a whole number, 1 to ${MAX_ITEMS_SHOWN}`, examples: [6] });

const price = z
  .number()
  .positive()
  .meta({ expected: 'an amount greater than 0', examples: [5] });

const duration = z
  .string()
  .refine((text) => parseDuration(text) !== undefined)
  .meta({ expected: 'a duration such as 30d or 12h', examples: ['30d'] });

const maxPer = z
  .record(z.string().min(1), count)
  .refine((fields) => Object.keys(fields).length > 0)
  .optional()
  .meta({
    description: 'How many of the items shown may share a category, or the value of an attribute of items',
    expected: 'a map from category or an attribute of items to a number',
    examples: [{ category: 2 }],
  });

const itemList = z
  .array(z.string().min(1).meta({ expected: 'an item id in quotes' }))
  .min(1)
  .max(200)
  .meta({ expected: 'a list of item ids, 200 at most', examples: [['item-1', 'item-2']] });

const popularBy = z.strictObject({
  popularBy: z
    .string()
    .min(1)
    .meta({
      description: 'Popular among the contacts who share this: locale (by language), country, or an attribute',
      expected: 'the name of a column of contacts',
      examples: ['country'],
    }),
});

const fallback = z
  .union([z.enum(['popular', 'none']), popularBy, itemList])
  .optional()
  .meta({
    description:
      'What fills the gaps where recommendations do not suffice; with none, who has none gets no e-mail. Without it popular, and none beside a filter',
    expected: 'popular, none, a map of popularBy, or a list of item ids',
    examples: ['popular'],
  });

const rules = {
  inStock: z.boolean().default(true).meta({ description: 'Whether items that are out of stock are left out' }),
  minPrice: price.optional().meta({ description: 'Cheaper items, and those without a price, are left out' }),
  maxPrice: price.optional().meta({ description: 'Dearer items, and those without a price, are left out' }),
  maxAge: duration.optional().meta({ description: 'Items created longer ago, or at an unknown time, are left out' }),
  maxPer,
};

/** The field `content.show`. */
export const showField = z
  .strictObject({
    items: count.default(6).meta({ description: 'How many items an e-mail shows; as many more are kept as a spare' }),
    min: count.default(1).meta({ description: 'With fewer items, the fallback counted, a recipient gets no e-mail' }),
    ...rules,
    notBoughtWithin: duration.optional().meta({ description: 'What the recipient bought so recently is left out' }),
    notShownWithin: duration
      .optional()
      .meta({ description: 'What an e-mail of this job has shown the recipient so recently is left out' }),
    fallback,
  })
  .prefault({})
  .meta({ expected: 'a map of items, min, inStock, fallback and others', examples: [{ items: 6, inStock: true }] });

const sectionFallback = z
  .union([z.enum(['popular', 'none']), itemList])
  .optional()
  .meta({
    description: 'What fills the gaps of the section; without it the list that it ranks, and none for other sections',
    expected: 'popular, none, or a list of item ids',
    examples: ['popular'],
  });

/** The field `show` of a section; what a recipient bought or was shown is a matter of `content.show`, for all sections. */
export const sectionShowField = z
  .strictObject({
    items: count.default(6).meta({ description: 'How many items the section shows' }),
    min: count.default(1).meta({ description: 'With fewer items, the fallback counted, the section is left out' }),
    ...rules,
    fallback: sectionFallback,
  })
  .prefault({})
  .meta({ expected: 'a map of items, min, inStock, fallback and others', examples: [{ items: 3 }] });
