/** The shape of what an audience job says of its files from run to run, and of where they go. */
import { z } from 'zod';
import { refuseDoubles } from './each-once';
import { type JobNames, refineName } from './names';

/** `audience.change`. */
export const changeField = z
  .strictObject({
    files: z.enum(['full', 'changes', 'both']).meta({
      description:
        'What the files hold: the whole audience, what has changed since the last delivered version, or both',
      expected: 'full, changes or both',
      examples: ['changes'],
    }),
    fullEvery: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .meta({
        description: 'Of so many delivered versions one is whole; 7 where left out',
        expected: 'a whole number, 1 to 1000',
        examples: [7],
      }),
  })
  .superRefine(({ files, fullEvery }, context) => {
    if (fullEvery === undefined || files === 'changes') return;
    const params = { expected: 'it beside "files: changes" only', fix: 'remove fullEvery' };
    context.addIssue({ code: 'custom', input: fullEvery, path: ['fullEvery'], params });
  })
  .optional()
  .meta({
    description: 'Whether files hold whole audiences or what has changed',
    expected: 'a map of files and fullEvery',
    examples: [{ files: 'changes', fullEvery: 7 }],
  });

const DESTINATION_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;

/** `audience.withdraw`. */
export const withdrawField = z
  .array(
    z
      .string()
      .regex(/^[a-z0-9][a-z0-9-]{0,39}(\.[a-z0-9][a-z0-9-]{0,39})?$/)
      .meta({ expected: 'the name of an audience, or of a part as drama.b' }),
  )
  .superRefine(refuseDoubles('each name once'))
  .default([])
  .meta({
    description: 'Audiences and parts that are no longer in the job, whose people destinations are to forget',
    expected: 'a list of names, each once',
    examples: [['coffee']],
  });

/** Makes `audience.deliver`. URLs and their secrets stand in the settings, never in a job file. */
export function deliverField({ destinations: known }: JobNames) {
  const isKnown = (name: string) => (known === undefined ? DESTINATION_NAME.test(name) : known.includes(name));
  const expected = `a name of the settings' destinations${known === undefined || known.length === 0 ? '' : ` (${known.join(', ')})`}`;
  const destination = z
    .string()
    .superRefine((name, context) => {
      if (/^\w+:\/\//.test(name)) {
        const fix = 'put the URL into destinations of the settings, and write its name here';
        context.addIssue({ code: 'custom', input: name, params: { expected, fix } });
      } else {
        const define = `add "${name}: { url: s3://BUCKET/PREFIX/ }" below "destinations:" of the settings`;
        refineName(name, { context, isKnown, candidates: () => known ?? [], expected, define });
      }
    })
    .meta({ expected, examples: [known?.[0] ?? 'partner'] });
  return z
    .array(destination)
    .refine((names) => new Set(names).size === names.length)
    .default([])
    .meta({
      description: 'Where the files go beside S3: names of destinations of the settings',
      expected: "a list of names of the settings' destinations, each once",
      examples: [['partner']],
    });
}
