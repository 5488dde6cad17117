/** The shape of what every job file begins with: about, kind and schedule. */
import { z } from 'zod';
import { parseDuration } from '../units';
import { explainCron } from './cron';
import { refineName } from './names';

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

const cron = z
  .string()
  .superRefine((text, context) => {
    const expected = explainCron(text);
    if (expected !== undefined) context.addIssue({ code: 'custom', input: text, params: { expected } });
  })
  .meta({
    description: 'When the job is meant to run: a cron expression of five fields',
    expected: 'a cron expression of five fields',
    examples: ['0 2 * * *'],
  });

const timezone = z
  .string()
  .superRefine((name, context) =>
    refineName(name, { context, isKnown: isTimeZone, candidates: () => Intl.supportedValuesOf('timeZone') }),
  )
  .meta({
    description: 'The time zone of the schedule',
    expected: 'the name of a time zone such as Asia/Tokyo',
    examples: ['Asia/Tokyo'],
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
  schedule: z
    .strictObject({ cron, timezone })
    .optional()
    .meta({
      description: 'When the job is meant to run; shown, and not yet fired',
      expected: 'a map of cron and timezone',
      examples: [{ cron: '0 2 * * *', timezone: 'Asia/Tokyo' }],
    }),
};

/** Makes the field `kind` of one kind of job. */
export function kindField<Kind extends 'email' | 'audience'>(kind: Kind) {
  return z.literal(kind).meta({
    description: 'What the job makes: e-mails from batch inference, or audience files from batch segments',
    expected: 'email or audience',
    examples: [kind],
  });
}

function isTimeZone(name: string): boolean {
  try {
    return (
      /^[A-Za-z]/.test(name) && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== ''
    );
  } catch {
    return false;
  }
}
