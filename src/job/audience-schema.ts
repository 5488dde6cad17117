/** The shape of an audience job as its file is written; `description` is for editors, `expected` for messages. */
import { z } from 'zod';
import { changeField, deliverField, withdrawField } from './change-schema';
import { combineFields } from './combine-schema';
import { filterField, queryValuesField } from './filter-schema';
import { attributesField, formatsField, listIdsField } from './formats-schema';
import { audienceGuardField } from './guard-schema';
import { headFields, kindField } from './head-schema';
import { itemsField } from './items-schema';
import { type JobNames, solutionField } from './names';
import { notifyField } from './notify-schema';
import { whereField } from './where-schema';

/** numResults of a batch segment job; https://docs.aws.amazon.com/personalize/latest/dg/limits.html */
const MAX_USERS = 5_000_000;

/** A key prefix that stays below the output location. */
const OUTPUT_PREFIX = /^(?!\/)(?!(?:.*\/)?\.{1,2}\/)(?!.*\/\/)[A-Za-z0-9!_.*'()/-]+\/$/;

/** Begins with a letter: maps put keys that are numbers first, and queries keep the order of the file. */
const QUERY_NAME = /^[a-z][a-z0-9-]{0,39}$/;

const EXAMPLE_QUERY = 'ITEMS.CATEGORY = "coffee"';

const users = z
  .int()
  .min(1)
  .max(MAX_USERS)
  .meta({
    description: 'How many users to buy for each query (numResults)',
    expected: `a whole number, 1 to ${MAX_USERS}`,
    examples: [50000],
  });

const queryName = z
  .string()
  .regex(QUERY_NAME)
  .meta({ expected: 'a letter, then lower-case letters, digits and dashes, at most 40' });

const query = z
  .string()
  .min(1)
  .regex(/^[^\r\n]*$/)
  .meta({ expected: 'an attribute query on one line', examples: [EXAMPLE_QUERY] });

const queries = z
  .record(queryName, query)
  .refine((map) => Object.keys(map).length > 0)
  .optional()
  .meta({
    description: 'Queries of an Item-Attribute-Affinity solution by name; each makes an audience of that name',
    expected: 'a map of a name and an attribute query each',
    examples: [{ coffee: EXAMPLE_QUERY }],
  });

const to = z
  .string()
  .regex(OUTPUT_PREFIX)
  .max(200)
  .optional()
  .meta({
    description: 'The key prefix of the files below the output location; without it audiences/<job>/',
    expected: 'a relative prefix that ends with "/", without ".."',
    examples: ['audiences/coffee/'],
  });

const topic = z
  .string()
  .regex(/^[\p{L}\p{N}][\p{L}\p{N} _.:-]{0,63}$/u)
  .optional()
  .meta({
    description: "The topic by which consent and suppressions are asked for; without it the job's name",
    expected: 'a topic that contacts consent to, such as ads',
    examples: ['ads'],
  });

/** Makes the schema of an audience job, which knows the solutions that there are. */
export function audienceSchema(names: JobNames) {
  const solution = solutionField(names, 'attribute-fans');
  return z.strictObject({
    ...headFields,
    kind: kindField('audience'),
    segment: z
      .strictObject({
        solution,
        users,
        queries,
        items: itemsField,
        filter: filterField,
        filterValues: queryValuesField,
      })
      .meta({
        expected: 'a map of solution, users, queries or items, filter and filterValues',
        examples: [{ solution: 'attribute-fans', users: 50000, queries: { coffee: EXAMPLE_QUERY } }],
      }),
    audience: z
      .strictObject({
        where: whereField,
        topic,
        ...combineFields,
        formats: formatsField(names),
        attributes: attributesField,
        listIds: listIdsField,
        change: changeField,
        deliver: deliverField(names),
        withdraw: withdrawField,
        to,
      })
      .prefault({})
      .meta({ expected: 'a map of where, combine, formats, to and others', examples: [{ formats: ['csv'] }] }),
    guard: audienceGuardField,
    notify: notifyField(names),
  });
}
