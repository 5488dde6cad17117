/** Fields of an audience job that say what is written: formats, and the attributes of contacts in them. */
import { z } from 'zod';
import { refuseDoubles } from './each-once';
import { FORMAT_SYNONYMS } from './format-synonyms';
import { type JobNames, refineName } from './names';

/** Of a format's name: nightjar's own, or that of a file in `formats/`. */
const FORMAT_NAME = /^[a-z][a-z0-9-]{0,39}$/;

/** Where files go is no format. */
const PLACES: ReadonlySet<string> = new Set(['s3', 'sftp', 'ftp', 'https', 'http']);

/** Makes the field of the formats. */
export function formatsField({ formats: known }: JobNames) {
  const isKnown = (name: string) => (known === undefined ? FORMAT_NAME.test(name) : known.includes(name));
  const expected = `a format${known === undefined ? ' of nightjar or a file in formats/' : `: ${known.join(', ')}`}`;
  const format = z
    .string()
    .superRefine((name, context) => {
      if (PLACES.has(name.toLowerCase()) && !isKnown(name)) {
        const fix = 'write "formats: [csv]"; where files go beside S3 is said by audience.deliver';
        context.addIssue({ code: 'custom', input: name, params: { expected, fix } });
        return;
      }
      const file = `formats/${FORMAT_NAME.test(name) ? name : 'my-format'}.yaml`;
      const define = known === undefined ? {} : { define: `write ${file}: docs/audience-formats.md` };
      const candidates = () => known ?? [];
      refineName(name, { context, isKnown, candidates, expected, synonyms: FORMAT_SYNONYMS, ...define });
    })
    .meta({ expected });
  return z
    .array(format)
    .min(1)
    .superRefine(refuseDoubles('each format once'))
    .default(['csv'])
    .meta({
      description: 'The files to write: formats of nightjar, or of your own in formats/',
      expected: 'a list of formats, each once',
      examples: [['csv']],
    });
}

const LIST_ID = /^-?\d{1,18}$/;
const listId = z
  .union([z.int(), z.string().regex(LIST_ID)])
  .meta({ expected: 'the number that the platform gave the list', examples: [806200123] });

/** Ids that a platform gave to audiences. */
export const listIdsField = z
  .record(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9.-]{0,79}$/)
      .meta({ expected: 'the name of an audience, or of a part as drama.b' }),
    listId,
  )
  .default({})
  .meta({
    description: 'The ids that Microsoft Advertising gave to the lists of these audiences',
    expected: 'a map: audience → id',
    examples: [{ coffee: 806200123 }],
  });

/** Attributes that become columns of the formats that take any. */
export const attributesField = z
  .array(z.string().min(1).max(128).meta({ expected: 'the name of an attribute of contacts' }))
  .superRefine(refuseDoubles('each attribute once'))
  .default([])
  .meta({
    description: 'Attributes of contacts, as further columns of the formats that take any',
    expected: 'a list of attributes, each once',
    examples: [['plan']],
  });
