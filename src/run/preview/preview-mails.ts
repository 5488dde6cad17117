/** Makes the mails of a preview by the code of the runs; nothing is bought, sent or written to the database. */
import { checkAddress, maskAddress } from '../../content/address';
import type { RenderedMail } from '../../content/context';
import { inspectMail } from '../../content/inspect-mail';
import { NOBODY, signUnsubscribe } from '../../content/links';
import { readSample, type Sample } from '../../content/sample';
import type { CompiledTemplate } from '../../content/template';
import { currentCatalogueVersion } from '../../database/catalogue';
import { findLastSlates, type LastSlate } from '../../database/ledger/last-slates';
import { OWN_ITEMS } from '../../database/ledger/section-slates';
import { findSeeds } from '../../database/ledger/seeds';
import type { StoredContact } from '../../database/people/contacts';
import { NightjarError } from '../../errors';
import type { EmailJob } from '../../job/email-job';
import type { Bundle, JobSource } from '../bundle';
import { seedRule, wantsSeeds } from '../buying/seeds';
import type { Engines } from '../engines';
import { loadCatalogue } from '../mails/catalogue-cache';
import { planFallback } from '../mails/fallback';
import { type MailParts, makeMail, type Trial } from '../mails/make-mail';
import { chooseRecipient } from '../recipients/choose-recipients';
import { type Avoided, findAvoided } from '../sending/avoid';
import { catalogueOf, type GivenItems, givenFor, showAll, slatesOfSample } from './sample-slates';
import { describeStandIns, type FilledSlates, fillSlates } from './stand-ins';

/** One mail as it would be sent. */
export interface PreviewMail {
  readonly userId: string;
  /** Masked. */
  readonly to: string;
  /** The language of its content. */
  readonly locale: string;
  /** Where the items come from, in words. */
  readonly items: string;
  /** Why the job would not send it; undefined where it would. */
  readonly notSent: string | undefined;
  /** What is changed about the sample; undefined for a person's own mail. */
  readonly variant?: string;
  readonly rendered: RenderedMail;
  /** The header section as sent, but for the signature, which is made when it is sent. */
  readonly headers: string;
  /** Of the whole message. */
  readonly sizeBytes: number;
  readonly warnings: readonly string[];
}

export type PreviewEngines = Pick<Engines, 'settings' | 'db' | 'secret' | 'now'>;

/** What the mails of a preview have in common. */
export interface PreviewScope {
  readonly engines: PreviewEngines;
  readonly job: EmailJob;
  readonly template: CompiledTemplate;
  readonly sample: Sample | undefined;
  /** Items for who has no recommendations. */
  readonly standIns: readonly string[];
  readonly parts: Omit<MailParts, 'trial' | 'avoided'>;
}

/** For whom a mail is made, and with which items. */
export interface PreviewCase {
  readonly stored: StoredContact;
  readonly avoided?: Avoided;
  readonly slate: LastSlate | undefined;
  /** Instead of the catalogue and a slate. */
  readonly given?: GivenItems;
  /** What the person has bought last. */
  readonly seed?: string | undefined;
  readonly variant?: string;
}

const STAND_INS = 100;

/**
 * Loads what all mails of a preview are made of.
 * @param wish.run  names the run that Message-IDs are made for
 * @throws E_USAGE for a job that sends no mail
 */
export async function openPreview(
  engines: PreviewEngines,
  wish: { readonly bundle: Bundle; readonly source: JobSource; readonly slot: string; readonly run: string },
): Promise<PreviewScope> {
  const { job, template } = wish.bundle;
  if (job.kind !== 'email' || template === undefined) {
    throw new NightjarError('E_USAGE', `the job ${job.name} makes audiences, and no e-mail`, {
      fix: 'name an e-mail job: nightjar jobs list',
    });
  }
  const catalogue = await loadCatalogue(engines.db, await currentCatalogueVersion(engines.db));
  const planned = await planFallback(engines, job.content.show, engines.now());
  const standIns = planned.popular.length > 0 ? planned.popular : [...catalogue.keys()].slice(0, STAND_INS);
  const { sample } = readSample(wish.source.template?.files['sample.json'], 'sample.json');
  const run = { runId: wish.run, slot: wish.slot };
  return { engines, job, template, sample, standIns, parts: { engines, run, job, template, catalogue, planned } };
}

/** The cases of these people: with their slates of the last run, else without. */
export async function casesOf(
  { engines, job }: PreviewScope,
  people: readonly StoredContact[],
): Promise<readonly PreviewCase[]> {
  const userIds = people.map(({ contact }) => contact.userId);
  const avoidedBy = await findAvoided(engines, job, userIds);
  const slates = await findLastSlates(engines.db, job.name, userIds);
  const version = await currentCatalogueVersion(engines.db);
  const seeds = wantsSeeds(job) ? await findSeeds(engines.db, userIds, seedRule(engines, version)) : undefined;
  return people.map((stored) => {
    const { userId } = stored.contact;
    return { stored, slate: slates.get(userId), avoided: avoidedBy(userId), seed: seeds?.get(userId) };
  });
}

/** The case of the template's sample, for a project without contacts; undefined where there is no sample. */
export function sampleCase({ sample, job }: PreviewScope, change: Partial<PreviewCase> = {}): PreviewCase | undefined {
  if (sample === undefined) return undefined;
  const stored = { contact: sample.contact, addressHash: undefined, suppression: undefined };
  return { stored, slate: undefined, given: givenFor(job, sample), ...change };
}

/** Makes the message of a case; undefined where there is nothing to show. */
export function makeTrial(scope: PreviewScope, one: PreviewCase, trial: Trial = {}) {
  const { stored, given, avoided } = one;
  const to = checkAddress(stored.contact.email ?? '').ok ? {} : { to: { name: '', address: NO_ADDRESS } };
  const { slates, job } =
    given === undefined ? fill(scope, one) : { slates: slatesOfSample(given), job: showAll(scope.job) };
  const parts = {
    ...scope.parts,
    job,
    ...(given === undefined ? {} : { catalogue: catalogueOf(given) }),
    trial: { ...to, ...trial },
    ...(avoided === undefined ? {} : { avoided: () => ({ ...avoided, shown: NOTHING }) }),
  };
  const row = { userId: stored.contact.userId, addressHash: stored.addressHash ?? '', attempt: 1, ...slates };
  const made = makeMail(parts, { row, stored });
  return made.kind === 'mail' ? made : undefined;
}

/** The slates of the last run, and items that stand in for what it has not. */
function fill({ job, standIns, parts }: PreviewScope, { slate, seed }: PreviewCase): FilledSlates {
  return fillSlates({ job, standIns, catalogue: parts.catalogue, slate, seed });
}

/** The last run has shown its own items, which is no reason to leave them out of its preview. */
const NOTHING: ReadonlySet<string> = new Set();

const NO_ADDRESS = 'nobody@example.invalid';

/**
 * Makes the mail of a case.
 * @throws what rendering throws
 */
export function previewCase(scope: PreviewScope, one: PreviewCase): PreviewMail | undefined {
  const { engines, job, template } = scope;
  const made = makeTrial(scope, one);
  if (made === undefined) return undefined;
  const { stored } = one;
  const { rendered, message } = made;
  const { publicUrl, mail } = engines.settings;
  const unsubscribeUrl = signUnsubscribe({ secret: engines.secret, publicUrl, userId: NOBODY, list: job.name });
  const choice =
    one.given === undefined
      ? chooseRecipient(stored, { where: job.recipients.where, topic: job.name })
      : { chosen: true as const };
  return {
    userId: stored.contact.userId,
    to: maskAddress(stored.contact.email ?? ''),
    locale: template.chooseLocale(stored.contact.locale),
    items: describeItems(scope, one),
    notSent: choice.chosen ? undefined : choice.reason,
    ...(one.variant === undefined ? {} : { variant: one.variant }),
    rendered,
    headers: headersOf(message.raw),
    sizeBytes: message.raw.length,
    warnings: inspectMail({ rendered, unsubscribeUrl, postalAddress: mail.postalAddress }),
  };
}

function describeItems(scope: PreviewScope, one: PreviewCase): string {
  if (one.given !== undefined) return 'the items of sample.json';
  const { filled } = fill(scope, one);
  const kinds = describeStandIns(filled);
  if (one.slate === undefined)
    return `${kinds} stand in: no run has recommendations for this person${noteFallback(scope.job)}`;
  const from = `from the run ${one.slate.runId}`;
  const names = filled.map(({ name }) => name).filter((name) => name !== OWN_ITEMS);
  return names.length === 0 ? from : `${from}, which has nothing for ${names.join(', ')}: ${kinds} stand in`;
}

/** A preview shows stand-ins also where a run would fill nothing. */
function noteFallback({ recommend: { from }, content }: EmailJob): string {
  const areListed = from !== undefined && from.by !== 'related';
  return content.show.fallback === 'none' && !areListed
    ? '; a run shows only what is recommended (fallback: none)'
    : '';
}

function headersOf(raw: Buffer): string {
  const end = raw.indexOf('\r\n\r\n');
  return raw.toString('utf8', 0, end === -1 ? raw.length : end).replaceAll('\r\n', '\n');
}
