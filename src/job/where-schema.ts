/** The shape of `where` in a job file. */
import { z } from 'zod';
import { columnFor } from './attributes';
import { readInstant } from './instant';

const scalar = z.union([z.string(), z.number(), z.boolean()]);
const scalars = z.array(scalar).min(1).meta({ expected: 'a list of values' });
const instant = z
  .string()
  .refine((text) => readInstant(text) !== undefined)
  .meta({ expected: 'a date or time such as 2026-03-01 or 2026-03-01T06:30Z' });

const condition = z
  .strictObject({
    min: z.number().meta({ description: 'This or more' }),
    max: z.number().meta({ description: 'This or less' }),
    before: instant.meta({ description: 'Before this time' }),
    after: instant.meta({ description: 'At this time or later' }),
    exists: z.boolean().meta({ description: 'Whether the contact must have the attribute' }),
    not: z
      .union([scalar, scalars])
      .meta({ description: 'Neither this value nor one of this list', expected: 'a value or a list of values' }),
  })
  .partial()
  .refine((members) => Object.keys(members).length > 0)
  .meta({ expected: 'one or more of min, max, before, after, exists, not' });

const EXPECTED = 'a value, a list of values, or a map of min, max, before, after, exists, not';

/** Also beside conditions that are wrong: a name that is wrong too is told at once. */
const ALWAYS = { when: ({ value }: { readonly value: unknown }) => typeof value === 'object' && value !== null };

/** Which contacts: attribute → value, list of values, or condition; all must hold. Absent, it asks for consent. */
export const whereField = z
  .record(z.string(), z.union([scalar, scalars, condition]).meta({ expected: EXPECTED, examples: ['loyal'] }))
  .superRefine((where, context) => {
    if (where.consent !== undefined && !isConsent(where.consent)) {
      const params = { expected: 'true, false or [true, false]', candidates: ['true'], fix: 'write "consent: true"' };
      context.addIssue({ code: 'custom', input: where.consent, path: ['consent'], params });
    }
    for (const name of Object.keys(where)) {
      const column = columnFor(name);
      if (column === undefined) continue;
      const params = {
        expected: `the name of the import column, ${column}`,
        fix: `write "${column}:" instead of "${name}:"`,
      };
      context.addIssue({ code: 'custom', input: where[name], path: [name], params });
    }
  }, ALWAYS)
  .prefault({})
  .meta({
    description: 'Attributes that a contact must have; consent: true is added where consent is not named',
    expected: 'a map of attributes',
    examples: [{ consent: true, locale: ['en', 'ja'] }],
  });

function isConsent(value: unknown): boolean {
  return typeof value === 'boolean' || (Array.isArray(value) && value.every((one) => typeof one === 'boolean'));
}
