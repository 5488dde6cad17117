/** The shape of `guard` in a job file: limits at which a run pauses before money is spent or anything leaves the house. */
import { z } from 'zod';
import { parseDuration, parseMoney, parseShare } from '../units';

const SHORTEST_AGE_MS = 60_000;

const cost = z
  .string()
  .refine((text) => parseMoney(text) !== undefined)
  .optional()
  .meta({
    description: 'The most that the batch jobs of a run may cost; a cost that is unknown trips it too',
    expected: 'an amount such as 25 USD',
    examples: ['25 USD'],
  });

function shareField(description: string) {
  return z
    .string()
    .refine((text) => parseShare(text) !== undefined)
    .optional()
    .meta({ description, expected: 'a share such as 20%', examples: ['20%'] });
}

const change = z
  .string()
  .regex(/^\d+(\.\d+)?\s*%$/)
  .optional()
  .meta({
    description: 'How far the recipients may differ from those of the last finished slot, up or down',
    expected: 'a share such as 30%',
    examples: ['30%'],
  });

const members = z
  .strictObject({
    min: z.int().min(1).optional().meta({ description: 'The fewest members', expected: 'a whole number, 1 or more' }),
    max: z.int().min(1).optional().meta({ description: 'The most members', expected: 'a whole number, 1 or more' }),
    change: z
      .string()
      .regex(/^\d+(\.\d+)?\s*%$/)
      .optional()
      .meta({
        description: 'How far the members may differ from those of the last finished slot, up or down',
        expected: 'a share such as 30%',
        examples: ['30%'],
      }),
    shrink: shareField('How much smaller an audience may be than it was when it was delivered last'),
  })
  .optional()
  .meta({
    description: 'How many members each audience may have, of those who may be addressed',
    expected: 'a map of min, max, change and shrink',
    examples: [{ min: 100, change: '30%' }],
  });

const recipients = z
  .strictObject({
    min: z
      .int()
      .min(1)
      .optional()
      .meta({ description: 'The fewest recipients', expected: 'a whole number, 1 or more' }),
    max: z.int().min(1).optional().meta({ description: 'The most recipients', expected: 'a whole number, 1 or more' }),
    change,
  })
  .optional()
  .meta({
    description: 'How many recipients a slot may have',
    expected: 'a map of min, max and change',
    examples: [{ min: 1000, change: '30%' }],
  });

const modelAge = z
  .string()
  .refine((text) => (parseDuration(text) ?? 0) >= SHORTEST_AGE_MS)
  .optional()
  .meta({
    description: 'How old the solution version may be, from its creation on',
    expected: 'a duration of at least a minute such as 30d',
    examples: ['30d'],
  });

const incrementalImports = z
  .int()
  .min(0)
  .optional()
  .meta({
    description:
      'How many INCREMENTAL imports the model may have been trained after, counted from the last FULL one: segments ignore their data',
    expected: 'a whole number, 0 or more',
    examples: [0],
  });

const lineErrors = shareField('The largest share of lines of the output that have an error, are broken or are missing');

/** Guards of an e-mail job. */
export const emailGuardField = z
  .strictObject({
    cost,
    recipients,
    templateErrors: shareField(
      'The largest share of wrong e-mails in a sample that is rendered before anything is bought',
    ),
    modelAge,
    lineErrors,
    itemShare: shareField('The largest share of recipients who are shown the same item'),
    fallbackShare: shareField('The largest share of recipients who get popular items instead of recommendations'),
    excludedShare: shareField(
      'The largest share of recipients who get no e-mail because too few items are left to show, looked at while the run sends',
    ),
  })
  .optional()
  .meta({
    description: 'Limits at which a run pauses and waits for a person',
    expected:
      'a map of cost, recipients, templateErrors, modelAge, lineErrors, itemShare, fallbackShare and excludedShare',
    examples: [{ cost: '25 USD', recipients: { min: 1000, change: '30%' } }],
  });

/** Guards of an audience job. */
export const audienceGuardField = z
  .strictObject({ cost, modelAge, incrementalImports, lineErrors, members })
  .optional()
  .meta({
    description: 'Limits at which a run pauses and waits for a person',
    expected: 'a map of cost, modelAge, incrementalImports, lineErrors and members',
    examples: [{ cost: '25 USD', incrementalImports: 0 }],
  });
