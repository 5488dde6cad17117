/** Builds the guards of a job from the checked fields of its file. */
import type { z } from 'zod';
import { parseDuration, parseMoney, parseShare } from '../units';
import type { GuardRules } from './base-job';
import type { audienceGuardField, emailGuardField } from './guard-schema';

type EmailFields = z.output<typeof emailGuardField>;
type AudienceFields = z.output<typeof audienceGuardField>;
type GuardFields =
  | (EmailFields & { readonly members?: undefined })
  | (AudienceFields & { readonly recipients?: undefined })
  | undefined;

const SHARES = ['templateErrors', 'lineErrors', 'itemShare', 'fallbackShare', 'excludedShare'] as const;

/** Builds `guard`; nothing where the file has none. */
export function buildGuard(fields: GuardFields): { readonly guard?: GuardRules } {
  if (fields === undefined) return {};
  const written: Readonly<Record<string, unknown>> = fields;
  const cost = fields.cost === undefined ? undefined : parseMoney(fields.cost);
  const modelAge = fields.modelAge === undefined ? undefined : parseDuration(fields.modelAge);
  const imports = written.incrementalImports;
  return {
    guard: {
      ...(cost === undefined ? {} : { cost }),
      ...(fields.recipients === undefined ? {} : { recipients: buildRange(fields.recipients) }),
      ...(fields.members === undefined ? {} : { members: buildMembers(fields.members) }),
      ...(modelAge === undefined ? {} : { modelAge }),
      ...(typeof imports === 'number' ? { incrementalImports: imports } : {}),
      ...Object.fromEntries(
        SHARES.flatMap((name) => {
          const text = written[name];
          const share = typeof text === 'string' ? parseShare(text) : undefined;
          return share === undefined ? [] : [[name, share]];
        }),
      ),
    },
  };
}

type RangeFields = NonNullable<NonNullable<EmailFields>['recipients'] | NonNullable<AudienceFields>['members']>;

function buildMembers(fields: NonNullable<NonNullable<AudienceFields>['members']>): NonNullable<GuardRules['members']> {
  const shrink = fields.shrink === undefined ? undefined : parseShare(fields.shrink);
  return { ...buildRange(fields), ...(shrink === undefined ? {} : { shrink }) };
}

/** A change may be more than the whole: `150%` is 1.5. */
function buildRange({ min, max, change }: RangeFields): NonNullable<GuardRules['recipients']> {
  return {
    ...(min === undefined ? {} : { min }),
    ...(max === undefined ? {} : { max }),
    ...(change === undefined ? {} : { change: Number.parseFloat(change) / 100 }),
  };
}
