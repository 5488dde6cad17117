/** The shape of what makes the audiences of a job: `combine`, `top`, `sample`, `split` and `lists`. */
import { z } from 'zod';
import { parseShare } from '../units';
import { OWN_WORDS } from './combine/read-leaf';

/** Begins with a letter: maps put keys that are numbers first. */
const NAME = /^[a-z][a-z0-9-]{0,39}$/;
const NAME_EXPECTED = 'a letter, then lower-case letters, digits and dashes, at most 40';

const name = z.string().regex(NAME).meta({ expected: NAME_EXPECTED });
const setName = z
  .string()
  .regex(NAME)
  .refine((text) => !OWN_WORDS.includes(text))
  .meta({ expected: `${NAME_EXPECTED}, and none of ${OWN_WORDS.join(', ')}` });

const expression = z
  .string()
  .min(1)
  .meta({ expected: 'an expression such as drama & !vip', examples: ['drama & !vip'] });

const combine = z
  .union([
    expression,
    z
      .record(setName, expression)
      .refine((map) => Object.keys(map).length > 0)
      .meta({ expected: 'a map of a name and an expression each' }),
  ])
  .default('each')
  .meta({
    description: 'What the audiences are made of: each query (each), one expression, or a map of name and expression',
    expected: 'each, an expression, or a map of a name and an expression each',
    examples: ['drama & !buyers(30d) | vip'],
  });

const isPositiveShare = (text: string) => (parseShare(text) ?? 0) > 0;
const share = z
  .string()
  .refine(isPositiveShare)
  .meta({ expected: 'a share such as 10%', examples: ['10%'] });

const top = z
  .union([z.int().min(1), z.string().refine(isPositiveShare)])
  .optional()
  .meta({
    description: 'How many members are kept, the best by rank',
    expected: 'a whole number from 1, or a share such as 10%',
    examples: [10000],
  });

const split = z
  .record(name, share)
  .refine((parts) => Object.keys(parts).length >= 2)
  .optional()
  .meta({
    description: 'Parts of each audience by name, stable by user; the part holdout gets no files',
    expected: 'a map of two or more names and their shares, which add up to 100%',
    examples: [{ a: '45%', b: '45%', holdout: '10%' }],
  });

const lists = z
  .record(setName, z.string().min(1).meta({ expected: 'the path of a file with a column user_id' }))
  .default({})
  .meta({
    description: 'Files of user ids that expressions may name; read when a run begins',
    expected: 'a map of a name and the path of a file each',
    examples: [{ vip: 'lists/vip.csv' }],
  });

/** The fields of `audience` by which its members are chosen. */
export const combineFields = {
  combine,
  top,
  sample: share.optional().meta({
    description: 'The share of members that is kept, stable by user and audience',
    expected: 'a share such as 10%',
    examples: ['10%'],
  }),
  split,
  lists,
};
