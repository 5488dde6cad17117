/** The shape of `segment.items`: item ids, or named queries over the catalogue. */
import { z } from 'zod';
import { refuseDoubles } from './each-once';

/** Begins with a letter: maps put keys that are numbers first, and queries keep the order of the file. */
const QUERY_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Each item is a line that Personalize answers with as many users as `segment.users` says. */
const MOST_ITEMS = 500;

const ids = z
  .array(z.string().min(1).max(256).meta({ expected: 'an item id in quotes' }))
  .min(1)
  .superRefine(refuseDoubles('each item id once'))
  .meta({ expected: 'a list of item ids' });

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const values = z
  .union([scalar, z.array(scalar).min(1)])
  .meta({ expected: 'a value or a list of values, any of which holds' });

const choice = z
  .strictObject({
    newest: z
      .int()
      .min(1)
      .max(MOST_ITEMS)
      .meta({ description: 'How many items, the newest first', expected: `a whole number, 1 to ${MOST_ITEMS}` }),
    category: z
      .union([z.string().min(1), z.array(z.string().min(1)).min(1)])
      .optional()
      .meta({ description: 'A category that the items have, or one of a list', expected: 'a category, or a list' }),
    where: z
      .record(z.string(), values)
      .optional()
      .meta({ description: 'Attributes that the items have; all must hold', expected: 'a map of attributes' }),
    inStock: z.boolean().default(true).meta({ description: 'Whether sold-out items are left out' }),
  })
  .meta({ expected: 'a map of newest, category, where and inStock', examples: [{ category: 'coffee', newest: 20 }] });

/** Which items, and how their audiences are named: by item, or by the name of a list or choice. */
export const itemsField = z
  .union([
    ids,
    z
      .record(
        z
          .string()
          .regex(QUERY_NAME)
          .meta({ expected: 'a letter, then lower-case letters, digits and dashes, at most 40' }),
        z
          .union([ids, choice])
          .meta({ expected: 'a list of item ids, or a map of newest, category, where and inStock' }),
      )
      .refine((map) => Object.keys(map).length > 0)
      .meta({ expected: 'a map of a name and items each' }),
  ])
  .optional()
  .meta({
    description:
      'Item ids of an Item-Affinity solution, each of which makes an audience; or a map of names, each for items that make one audience together',
    expected: 'a list of item ids, or a map of a name and items each',
    examples: [['coffee-017', 'tea-004']],
  });
