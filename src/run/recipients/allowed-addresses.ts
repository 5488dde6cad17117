/** Tells which addresses a run may write to: the job's `send.onlyTo` outside production, and what the run itself was kept to. */
import { maskAddress } from '../../content/address';
import { NightjarError } from '../../errors';
import { createAddressRule, PATTERN_FORMS, parseAddressPattern } from '../../job/address-pattern';
import type { ParsedJob } from '../../job/definition';
import type { EmailJob } from '../../job/email-job';
import type { Restriction } from '../../job/plan';
import type { Engines } from '../engines';

/** Why somebody gets nothing: `only_to` by the job file, `not_in_run` by `--only-to` of the run. */
export type RefusalReason = 'only_to' | 'not_in_run';

/** Tells why an address may not be written to; undefined where it may. */
export type RefuseAddress = (address: string) => RefusalReason | undefined;

export interface Aim {
  readonly job: EmailJob;
  /** Of the run. */
  readonly onlyTo: readonly string[] | undefined;
}

/** Lists what a run is kept to; in production the job's own list is no restriction. */
function listRestrictions({ settings }: Pick<Engines, 'settings'>, { job, onlyTo }: Aim): readonly Restriction[] {
  const own = job.send.onlyTo;
  return [
    ...(own === undefined ? [] : [{ by: 'job' as const, patterns: own, isInForce: !settings.production }]),
    ...(onlyTo === undefined ? [] : [{ by: 'run' as const, patterns: onlyTo, isInForce: true }]),
  ];
}

/** What plan and report say of it; nothing where a run is kept to nobody. */
export function describeRestrictions(
  engines: Pick<Engines, 'settings'>,
  aim: Aim,
): { readonly onlyTo?: readonly Restriction[] } {
  const onlyTo = listRestrictions(engines, aim);
  return onlyTo.length === 0 ? {} : { onlyTo };
}

/** Makes the check of a run's addresses; undefined where every address may be written to. */
export function refusalOf(engines: Pick<Engines, 'settings'>, aim: Aim): RefuseAddress | undefined {
  const rules = listRestrictions(engines, aim)
    .filter(({ isInForce }) => isInForce)
    .map(({ by, patterns }) => ({ by, allows: createAddressRule(patterns) }));
  if (rules.length === 0) return undefined;
  return (address) => {
    const broken = rules.find(({ allows }) => !allows(address));
    if (broken === undefined) return undefined;
    return broken.by === 'job' ? 'only_to' : 'not_in_run';
  };
}

/** Tells whether two runs are kept to the same, in whatever order it is written. */
export function isSameOnlyTo(one: readonly string[] | undefined, other: readonly string[] | undefined): boolean {
  const write = (patterns: readonly string[] | undefined) =>
    patterns === undefined ? undefined : [...patterns.map((text) => text.trim().toLowerCase())].sort().join(' ');
  return write(one) === write(other);
}

/** Names what a run is kept to for a message, addresses masked. */
export function describeOnlyTo(patterns: readonly string[] | undefined): string {
  if (patterns === undefined) return 'no list of addresses';
  return `only to ${patterns.map((text) => (text.startsWith('*') ? text : maskAddress(text))).join(', ')}`;
}

/**
 * Checks what a run is to be kept to.
 * @throws E_USAGE
 */
export function checkOnlyTo(job: ParsedJob, patterns: readonly string[] | undefined): void {
  if (patterns === undefined) return;
  const fix = `nightjar run ${job.name} --only-to '*@shop.example'`;
  if (job.kind !== 'email') {
    const message = `${job.name} is an audience job; only the e-mails of a run can be kept to some addresses`;
    throw new NightjarError('E_USAGE', message, { where: { file: job.file }, fix: 'leave --only-to out' });
  }
  if (patterns.length === 0) throw new NightjarError('E_USAGE', 'the list of addresses is empty', { fix });
  if (patterns.every((text) => parseAddressPattern(text) !== undefined)) return;
  throw new NightjarError('E_USAGE', `--only-to has what is no address pattern; expected ${PATTERN_FORMS}`, { fix });
}

/**
 * Says what a person should know before a run: outside production nothing keeps it to the team, although its mails leave this
 * machine. Undefined where that is not so.
 */
export function warningOf(engines: Pick<Engines, 'settings'>, aim: Aim): string | undefined {
  const { production, mail } = engines.settings;
  if (production || mail.url === 'embedded' || listRestrictions(engines, aim).length > 0) return undefined;
  return 'this is no production (production: false), and nothing keeps its e-mails to addresses of yours: send.onlyTo';
}
