/** What a job says about being told: whom, of what, and when a slot is late. */
import { z } from 'zod';
import { type Milliseconds, parseDuration } from '../units';

/** What people can be told of. */
export const NOTICE_KINDS = ['paused', 'failed', 'late', 'finished', 'cancelled'] as const;
export type NoticeKind = (typeof NOTICE_KINDS)[number];

/** What is told where the job does not say. */
export const USUAL_KINDS: readonly NoticeKind[] = ['paused', 'failed', 'late'];

/** `by`: a local time `HH:MM`, the first after the slot's own; `within`: after the slot's time, or the start of a run without a schedule. */
export type LateRule = { readonly by: string } | { readonly within: Milliseconds };

export interface NotifyRules {
  /** Names of the settings' targets, and e-mail addresses; undefined for the settings' default, empty for nobody. */
  readonly to?: readonly string[];
  readonly on: readonly NoticeKind[];
  readonly late?: LateRule;
}

const lateSchema = z.union([
  z.object({ by: z.string() }),
  z.object({ within: z.number().transform((ms) => ms as Milliseconds) }),
]);

const rulesSchema = z.object({
  to: z.array(z.string()).optional(),
  on: z.array(z.enum(NOTICE_KINDS)),
  late: lateSchema.optional(),
});

/** Reads rules that were stored as JSON; undefined where there are none. */
export function readNotifyRules(stored: unknown): NotifyRules | undefined {
  const { data } = rulesSchema.safeParse(stored);
  if (data === undefined) return undefined;
  const { to, on, late } = data;
  return { on, ...(to === undefined ? {} : { to }), ...(late === undefined ? {} : { late }) };
}

/** Builds `notify` from the checked fields of a job file. */
export function buildNotify(fields: NotifyFields): { readonly notify?: NotifyRules } {
  if (fields === undefined) return {};
  if ('length' in fields) return { notify: { to: fields, on: USUAL_KINDS } };
  const late = buildLate(fields.late);
  return {
    notify: {
      on: fields.on ?? USUAL_KINDS,
      ...(fields.to === undefined ? {} : { to: fields.to }),
      ...(late === undefined ? {} : { late }),
    },
  };
}

/** The field `notify` as `notifyField` leaves it. */
export type NotifyFields =
  | undefined
  | readonly string[]
  | {
      readonly to?: readonly string[] | undefined;
      readonly on?: readonly NoticeKind[] | undefined;
      readonly late?: { readonly by?: string | undefined; readonly within?: string | undefined } | undefined;
    };

function buildLate(written: { by?: string | undefined; within?: string | undefined } | undefined) {
  if (written?.by !== undefined) return { by: written.by };
  const within = written?.within === undefined ? undefined : parseDuration(written.within);
  return within === undefined ? undefined : { within };
}
