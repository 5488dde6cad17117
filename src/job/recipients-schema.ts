/** The shape of `recipients` of an e-mail job: everybody, or the members of an audience. */
import { z } from 'zod';
import { JOB_NAME } from './keys';
import { whereField } from './where-schema';

const isAudienceName = (text: string) => {
  const [job = '', name = '', ...rest] = text.split('/');
  return rest.length === 0 && JOB_NAME.test(job) && JOB_NAME.test(name);
};

const audience = z
  .string()
  .refine(isAudienceName)
  .meta({
    description: 'An audience job and one of its audiences; its newest finished run counts',
    expected: 'a job, a slash and one of its audiences',
    examples: ['category-fans/coffee'],
  });

const part = z
  .string()
  .regex(JOB_NAME)
  .optional()
  .meta({
    description: 'A part of the audience where it is split; without it all but the part holdout',
    expected: 'the name of a part',
    examples: ['a'],
  });

const EXAMPLE = { audience: 'category-fans/coffee' };

const from = z
  .union([
    z.literal('contacts'),
    z.strictObject({ audience, part }).meta({ expected: 'a map of audience and part', examples: [EXAMPLE] }),
  ])
  .default('contacts')
  .meta({
    description: 'Where recipients are taken from: all contacts, or the members of an audience',
    expected: 'contacts, or a map of audience and part',
    examples: ['contacts'],
  });

export const recipientsField = z
  .strictObject({ from, where: whereField })
  .prefault({})
  .meta({ expected: 'a map of from and where', examples: [{ from: 'contacts' }] });
