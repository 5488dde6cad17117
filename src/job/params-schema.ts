/** The shape of `params` in a job file; what one key allows of another is checked in check-params.ts. */
import { z } from 'zod';
import { PARAM_TYPES } from './params';

const PARAM_NAME = /^[a-z][A-Za-z0-9]{0,39}$/;
const MAX_PARAMS = 30;

const scalar = z.union([z.string(), z.number()]);
const value = z.union([z.string(), z.number(), z.boolean(), z.array(z.string())]);

/** Tells whether a param may have a name; not one that every object has by itself, such as `constructor`. */
export function isParamName(name: string): boolean {
  return PARAM_NAME.test(name) && !(name in {});
}

const name = z
  .string()
  .regex(PARAM_NAME)
  .refine(isParamName)
  .meta({ expected: 'a lower-case letter, then letters and digits, at most 40' });

/** One param; its name is the key. */
export const paramField = z
  .strictObject({
    type: z
      .enum(PARAM_TYPES)
      .meta({ description: 'What its values are', expected: PARAM_TYPES.join(', '), examples: ['string'] }),
    about: z
      .string()
      .trim()
      .min(1)
      .max(200)
      .regex(/^[^\r\n]*$/)
      .exactOptional()
      .meta({ description: 'What it is for', expected: 'one line of 1 to 200 characters' }),
    default: value.exactOptional().meta({
      description: 'Its value where none is given; without it every run must be given one',
      expected: 'a value of its type',
    }),
    example: value.exactOptional().meta({
      description: 'A value to check the job with where there is no default',
      expected: 'a value of its type',
    }),
    oneOf: z
      .array(scalar)
      .min(1)
      .exactOptional()
      .meta({ description: 'The values that it may have', expected: 'a list of values' }),
    min: scalar.exactOptional().meta({
      description: 'The least number, or the first date',
      expected: 'a number, or a date such as 2026-03-01',
    }),
    max: scalar.exactOptional().meta({
      description: 'The greatest number, or the last date',
      expected: 'a number, or a date such as 2026-03-01',
    }),
    pattern: z.string().min(1).max(200).exactOptional().meta({
      description: 'A regular expression that texts, or the entries of a list, match as a whole',
      expected: 'a regular expression',
    }),
  })
  .meta({
    expected: 'a map of type, about, default, oneOf, min, max, pattern and example',
    examples: [{ type: 'string', default: 'coffee' }],
  });

/** The field `params`. */
export const paramsField = z
  .record(name, paramField)
  .refine((map) => Object.keys(map).length <= MAX_PARAMS)
  .optional()
  .meta({
    description: 'Values that a run can be given: nightjar run JOB --param name=value',
    expected: `a map of at most ${MAX_PARAMS} params`,
    examples: [{ category: { type: 'string', default: 'coffee' } }],
  });
