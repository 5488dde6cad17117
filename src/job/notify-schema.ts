/** The shape of `notify` in a job file: whom to tell, of what, and by when a slot must be done. */
import { z } from 'zod';
import { NOTICE_ADDRESS } from '../config/notify-settings';
import { parseDuration } from '../units';
import { type JobNames, refineName } from './names';
import { NOTICE_KINDS } from './notify';

const TARGET_NAME = /^[a-z0-9][a-z0-9-]{0,39}$/;
const SHORTEST_MS = 60_000;
const LONGEST_MS = 7 * 86_400_000;

/** Makes the field of one target. URLs and their secrets stand in the settings, never in a job file. */
function targetField({ targets }: JobNames) {
  const known = targets ?? [];
  const isKnown = (name: string) =>
    NOTICE_ADDRESS.test(name) || (targets === undefined ? TARGET_NAME.test(name) : known.includes(name));
  const names = known.length === 0 ? '' : ` (${known.join(', ')})`;
  const expected = `an e-mail address, or a name of the settings' notify.targets${names}`;
  return z
    .string()
    .superRefine((name, context) => {
      if (/^\w+(\+\w+)?:\/\//.test(name)) {
        const fix = 'put the URL into notify.targets of the settings, and write its name here';
        context.addIssue({ code: 'custom', input: name, params: { expected, fix } });
      } else
        refineName(name, {
          context,
          isKnown,
          candidates: () => known,
          expected,
          define: `add "${name}:" below "notify.targets:" of the settings`,
        });
    })
    .meta({ expected, examples: [known[0] ?? 'ops@shop.example'] });
}

const on = z
  .array(z.enum(NOTICE_KINDS).meta({ expected: NOTICE_KINDS.join(', ') }))
  .min(1)
  .optional()
  .meta({
    description: 'What to tell; without it paused, failed and late',
    expected: `a list of ${NOTICE_KINDS.join(', ')}`,
    examples: [['paused', 'failed', 'late', 'finished']],
  });

const by = z
  .string()
  .regex(/^([01]\d|2[0-3]):[0-5]\d$/)
  .optional()
  .meta({
    description: "The time by which a slot must be finished, in the schedule's time zone",
    expected: 'a time such as "06:00"',
    examples: ['06:00'],
  });

const within = z
  .string()
  .refine((text) => {
    const ms = parseDuration(text) ?? 0;
    return ms >= SHORTEST_MS && ms <= LONGEST_MS;
  })
  .optional()
  .meta({
    description: 'How long after its time a slot must be finished',
    expected: 'a duration of 1m to 7d such as 4h',
    examples: ['4h'],
  });

const late = z
  .strictObject({ by, within })
  .optional()
  .meta({
    description: 'When a slot that is not finished is late',
    expected: 'a map of by or within',
    examples: [{ by: '06:00' }],
  });

/** Makes the field `notify`, which knows the targets that there are. */
export function notifyField(names: JobNames) {
  const to = z
    .array(targetField(names))
    .max(20)
    .meta({ description: 'Whom to tell', expected: 'a list of targets', examples: [['ops@shop.example']] });
  return z
    .union([to, z.strictObject({ to: to.optional(), on, late })])
    .optional()
    .meta({
      description: 'Who is told of runs of this job; without it notify.default of the settings',
      expected: 'a list of targets, or a map of to, on and late',
      examples: [['ops@shop.example']],
    });
}
