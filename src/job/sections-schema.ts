/** The shape of `content.sections`: further lists of items in one e-mail, each from a batch job of its own. */
import { z } from 'zod';
import type { JobNames } from './names';
import { recommendField } from './recommend-schema';
import { sectionShowField } from './show-schema';

/** Each buys a batch job; a limit of nightjar's own. */
const MAX_SECTIONS = 10;
const SECTION_NAME = /^[a-z][A-Za-z0-9]{0,39}$/;

/** Makes the field. */
export function sectionsField(names: JobNames) {
  const section = z
    .strictObject({
      title: z
        .string()
        .min(1)
        .max(200)
        .optional()
        .meta({
          description: 'Its heading',
          expected: 'a text of at most 200 characters',
          examples: ['New this week'],
        }),
      required: z
        .boolean()
        .default(false)
        .meta({ description: 'Whether a recipient for whom it has too few items gets no e-mail' }),
      recommend: recommendField(names),
      show: sectionShowField,
    })
    .meta({ expected: 'a map of recommend, show, title and required' });
  return z
    .record(
      z
        .string()
        .regex(SECTION_NAME)
        .meta({ expected: 'a name of letters and digits that begins with a lower-case letter' }),
      section,
    )
    .refine((sections) => Object.keys(sections).length > 0 && Object.keys(sections).length <= MAX_SECTIONS)
    .optional()
    .meta({
      description: 'Further lists of items beside the first one, by name, in the order in which they choose',
      expected: `a map of 1 to ${MAX_SECTIONS} names to sections`,
      examples: [{ fresh: { recommend: { solution: 'ranking', from: { newest: 50 } }, show: { items: 3 } } }],
    });
}
