/** The shape of what every job file begins with: about, kind, schedule and after. */
import { z } from 'zod';
import { parseDuration } from '../units';
import { paramsField } from './params-schema';
import { afterField, scheduleField } from './schedule-schema';

/** What is kept for less would be gone before its run is over. */
const SHORTEST_KEEP_MS = 86_400_000;

const about = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^\r\n]*$/)
  .meta({
    description: 'What the job is for, in a sentence',
    expected: 'one line of 1 to 200 characters',
    examples: ['Six picks for every subscriber, every night'],
  });

const keep = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) >= SHORTEST_KEEP_MS)
  .optional()
  .meta({
    description:
      'How long after its end deliveries, inputs and outputs of a run are kept; then deliveries are archived to S3',
    expected: 'a duration of at least a day such as 400d',
    examples: ['400d'],
  });

/** The fields that jobs of every kind have. */
export const headFields = {
  about,
  keep,
  schedule: scheduleField,
  after: afterField,
  params: paramsField,
};

/** Makes the field `kind` of one kind of job. */
export function kindField<Kind extends 'email' | 'audience'>(kind: Kind) {
  return z.literal(kind).meta({
    description: 'What the job makes: e-mails from batch inference, or audience files from batch segments',
    expected: 'email or audience',
    examples: [kind],
  });
}
