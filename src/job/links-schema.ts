/** The shape of `content.links`: what is added to the links of items. */
import { z } from 'zod';

const word = (description: string) =>
  z
    .string()
    .min(1)
    .max(200)
    .regex(/^[^\p{Cc}]+$/u)
    .meta({ description, expected: 'a text of one line, at most 200 characters', examples: ['newsletter'] });

const utm = z
  .strictObject({
    source: word('utm_source').default('nightjar'),
    medium: word('utm_medium').default('email'),
    campaign: word("utm_campaign; the job's name where left out").optional(),
    term: word('utm_term').optional(),
    content: word('utm_content').optional(),
  })
  .optional()
  .meta({
    description: 'Campaign parameters for the links of items; one that a link has already stays',
    expected: 'a map of source, medium, campaign, term and content',
    examples: [{ source: 'newsletter' }],
  });

/** The field `content.links`. */
export const linksField = z
  .strictObject({
    utm,
    clicks: z
      .boolean()
      .default(false)
      .meta({ description: 'Whether the links of items lead through publicUrl, where `nightjar serve` counts clicks' }),
  })
  .optional()
  .meta({
    description: 'What is added to the links of items',
    expected: 'a map of utm and clicks',
    examples: [{ utm: { source: 'newsletter' } }],
  });
