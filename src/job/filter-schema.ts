/** The shape of `filter` and `filterValues` in a job file. */
import { z } from 'zod';
import { columnFor } from './attributes';

/** A filter's ARN, or its name; the form of names is Personalize's. */
const FILTER = /^(?:arn:aws[a-z-]*:personalize:[a-z0-9-]+:\d{12}:filter\/)?[A-Za-z0-9][A-Za-z0-9_-]{0,62}$/;

/** FilterAttributeName of the runtime's service model, and the most entries of its filterValues. */
const PLACEHOLDER = /^[A-Za-z0-9_]{1,50}$/;
const MAX_PLACEHOLDERS = 25;

export const filterField = z
  .string()
  .regex(FILTER)
  .optional()
  .meta({
    description: 'The name of a filter of the dataset group, or its ARN: what it excludes is not bought',
    expected: 'the name or the ARN of a filter',
    examples: ['unseen'],
  });

const placeholder = z
  .string()
  .regex(PLACEHOLDER)
  .meta({ expected: 'the name of a placeholder without its "$": letters, digits and underscores, at most 50' });

const scalar = z.union([z.string().min(1).max(1000), z.number()]);
const scalars = z.array(scalar).min(1).meta({ expected: 'a list of texts and numbers' });

const attribute = z
  .strictObject({
    attribute: z
      .string()
      .min(1)
      .superRefine((name, context) => {
        const bare = name.startsWith('contact.') ? name.slice('contact.'.length) : name;
        const column = columnFor(bare) ?? (bare === name ? undefined : bare);
        if (column === undefined) return;
        const params = {
          expected: `the name of the import column, ${column}`,
          candidates: [column],
          fix: `write "attribute: ${column}"`,
        };
        context.addIssue({ code: 'custom', input: name, params });
      })
      .meta({
        description: 'The attribute of the contact that the placeholder gets',
        expected: 'the name of an attribute of the contact',
        examples: ['age'],
      }),
    default: z.union([scalar, scalars]).optional().meta({
      description: 'What the placeholder gets for contacts who lack the attribute; without it they get no e-mail',
      expected: 'a text, a number, or a list of them',
    }),
  })
  .meta({ expected: 'a map of attribute and default' });

const isSmall = (map: object) => Object.keys(map).length <= MAX_PLACEHOLDERS;

/** Values for the placeholders of an e-mail job's filter. */
export const recipientValuesField = z
  .record(
    placeholder,
    z
      .union([scalar, scalars, attribute])
      .meta({ expected: 'a text, a number, a list of them, or a map of attribute and default', examples: ['drama'] }),
  )
  .refine(isSmall)
  .optional()
  .meta({
    description: 'What the placeholders of the filter get: values, or an attribute of each contact',
    expected: `a map of at most ${MAX_PLACEHOLDERS} placeholders`,
    examples: [{ GENRES: ['drama', 'comedy'], AGE: { attribute: 'age', default: 18 } }],
  });

/** Values for the placeholders of an audience job's filter; they are the same for every query. */
export const queryValuesField = z
  .record(
    placeholder,
    z.union([scalar, scalars]).meta({ expected: 'a text, a number, or a list of them', examples: ['gold'] }),
  )
  .refine(isSmall)
  .optional()
  .meta({
    description: 'What the placeholders of the filter get',
    expected: `a map of at most ${MAX_PLACEHOLDERS} placeholders`,
    examples: [{ TIER: 'gold' }],
  });
