/** The shape of `recipients` of an e-mail job: everybody, or the members of an audience. */
import { z } from 'zod';
import type { IssueHints } from '../config/problems';
import { quoteLine } from '../config/quote';
import { readAudienceRef, writeAudienceRef } from './audience-ref';
import { JOB_NAME } from './keys';
import { whereField } from './where-schema';

const EXAMPLE = { audience: 'category-fans/coffee' };
const EXPECTED = 'job/audience, or job/audience.part';

const audience = z
  .string()
  .superRefine((text, context) => {
    const read = readAudienceRef(text);
    if (read.ok && read.ref.slot === undefined) return;
    const tell = (params: IssueHints) => context.addIssue({ code: 'custom', input: text, params: { ...params } });
    if (!read.ok && read.wrong === 'name') return tell({ fix: `write ${quoteLine('audience', EXAMPLE.audience)}` });
    const named = writeAudienceRef({ ...read.ref, slot: undefined });
    tell({ expected: `${EXPECTED} without a slot: the newest finished run counts`, fix: `write "audience: ${named}"` });
  })
  .meta({
    description: 'An audience of an audience job, or a part of it; its newest finished run counts',
    expected: EXPECTED,
    examples: [EXAMPLE.audience],
  });

const part = z
  .string()
  .regex(JOB_NAME)
  .optional()
  .meta({
    description: 'An older way to name a part, which audience can name as job/audience.part',
    expected: 'the name of a part',
    examples: ['a'],
  });

const from = z
  .union([
    z.literal('contacts'),
    z
      .strictObject({ audience, part })
      .superRefine((fields, context) => {
        const read = readAudienceRef(fields.audience);
        if (fields.part === undefined || !read.ok || read.ref.part === undefined) return;
        const params = { expected: 'one part: the audience names one too', fix: 'remove "part:"' };
        context.addIssue({ code: 'custom', path: ['part'], input: fields.part, params });
      })
      .meta({ expected: 'a map of audience', examples: [EXAMPLE] }),
  ])
  .default('contacts')
  .meta({
    description: 'Where recipients are taken from: all contacts, or the members of an audience',
    expected: 'contacts, or a map of audience',
    examples: ['contacts'],
  });

export const recipientsField = z
  .strictObject({ from, where: whereField })
  .prefault({})
  .meta({ expected: 'a map of from and where', examples: [{ from: 'contacts' }] });
