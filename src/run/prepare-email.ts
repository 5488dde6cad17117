/** Prepares the run of an e-mail job: chooses the recipients, stores the plan, writes the input and the intent to buy. */
import { countDeliveries, tallyReasons } from '../database/ledger/deliveries';
import { OWN_ITEMS } from '../database/ledger/section-slates';
import { dropSeedNeed } from '../database/ledger/seeds';
import { countSlotRecipients } from '../database/runs/earlier-slots';
import { findRun, savePlan } from '../database/runs/runs';
import { NightjarError } from '../errors';
import { writeAudienceRef } from '../job/audience-ref';
import type { EmailJob } from '../job/email-job';
import { placeOf } from '../job/place';
import { checkAttributes, createValueReader } from './buying/filter-values';
import { intendPurchases, type PurchaseWish } from './buying/intend';
import { assignSeeds, needsSeeds, wantsSeeds } from './buying/seeds';
import { writeSource } from './buying/source-lines';
import { keepSources, resolveSources, type Source } from './buying/sources';
import { guardPurchases } from './guards/before-buying';
import { checkPopularBy, planFallback } from './mails/fallback';
import { type PlanRecord, type RecipientAudience, readPlan } from './plan-record';
import { refusalOf } from './recipients/allowed-addresses';
import { type ChoiceCounts, tally } from './recipients/choose-recipients';
import { planRecipients } from './recipients/limit-recipients';
import { findRecipientAudience, openCandidates } from './recipients/recipient-audience';
import type { StageContext } from './stage';

/** Chooses the recipients and decides what is bought for them; done again it comes to the same rows and the same input. */
export async function prepareEmail(context: StageContext, job: EmailJob): Promise<void> {
  const { engines, run } = context;
  const sources = await resolveSources(engines, job, run.catalogueVersion);
  await checkAttributes(engines.db, job);
  await checkPopularBy(engines, job);
  const decided = keepSources(sources, job);
  const audience = await decideAudience(context, { job, decided });
  const contacts = await planRows(context, { job, sources, audience });
  const fallback = await planFallback(engines, job.content.show, endOfSlot(run.slot));
  const plan: PlanRecord = {
    version: 1,
    ...decided,
    contacts: { ...contacts, leftOut: [...contacts.leftOut] },
    ...(audience === undefined ? {} : { audience }),
    ...fallback,
  };
  await savePlan(engines.db, run.runId, plan);
  const wishes: PurchaseWish[] = [];
  for (const source of sources) wishes.push(await wishFor(context, source));
  const recipients = await countSlotRecipients(engines.db, run);
  await intendPurchases(context, wishes, (cost) => guardPurchases(context, { plan: { ...plan, recipients }, cost }));
}

interface RowsCase {
  readonly job: EmailJob;
  readonly sources: readonly [Source, ...Source[]];
  readonly audience: RecipientAudience | undefined;
}

/**
 * Writes the rows of the recipients, each with what was bought last where the job asks for it.
 * @throws E_RUN_NO_RECIPIENTS where none is left for whom something would be bought
 */
async function planRows({ engines, run }: StageContext, { job, sources, audience }: RowsCase): Promise<ChoiceCounts> {
  const readValues = createValueReader(job.recommend.filter, sources[0].filter?.compared ?? []);
  const refuse = refusalOf(engines, { job, onlyTo: run.onlyTo });
  const candidates = openCandidates(engines, audience, job.name);
  const rule = { where: job.recipients.where, topic: job.name, slot: run.slot, readValues, refuse, candidates };
  const choice = await planRecipients(engines, run, rule);
  if (wantsSeeds(job)) await assignSeeds(engines, run, { isNeeded: needsSeeds(job), now: engines.now() });
  else await dropSeedNeed(engines.db, run);
  const counts = await countDeliveries(engines.db, run.runId);
  const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
  const contacts = addHandledBefore(choice, rows);
  if (counts.planned > 0) return contacts;
  throw noRecipients(job, [...contacts.leftOut, ...(await tallyReasons(engines.db, run.runId, 'excluded'))]);
}

async function wishFor({ engines, run }: StageContext, source: Source): Promise<PurchaseWish> {
  const { solutionVersionArn, recipe, recommend, parts } = source;
  const isOwnAlone = parts.length === 1 && parts[0] === OWN_ITEMS;
  return {
    runId: run.runId,
    job: run.job,
    slot: run.slot,
    kind: 'inference',
    solutionVersionArn,
    recipe,
    filterArn: source.filter?.arn ?? null,
    numResults: source.numResults,
    themeItemName: recommend.themes?.itemName,
    sections: isOwnAlone ? undefined : parts,
    inputs: await writeSource(engines, run, source),
  };
}

interface Decision {
  readonly job: EmailJob;
  readonly decided: ReturnType<typeof keepSources>;
}

/** Finds the audience whose members are the recipients, and notes it at once: a run that is prepared again has the same. */
async function decideAudience(
  { engines, run }: StageContext,
  { job, decided }: Decision,
): Promise<RecipientAudience | undefined> {
  const stored = (await findRun(engines.db, run.runId))?.plan;
  const known = stored === undefined ? undefined : readPlan(stored).audience;
  const { from } = job.recipients;
  // A run that had failed may go on by another job file.
  if (known !== undefined && from !== 'contacts' && known.name === writeAudienceRef(from)) return known;
  const audience = await findRecipientAudience(engines, { job, slot: run.slot });
  if (audience !== undefined) {
    await savePlan(engines.db, run.runId, { version: 1, ...decided, contacts: null, popular: [], audience });
  }
  return audience;
}

/**
 * Counts those whose delivery stays in an earlier run of the slot, so that all who were considered are accounted for.
 * Prepared again after the contacts have changed, a run keeps its rows: then those no longer chosen count twice.
 */
function addHandledBefore(contacts: ChoiceCounts, rows: number): ChoiceCounts {
  const left = contacts.leftOut.reduce((sum, { count }) => sum + count, 0);
  const handled = contacts.considered - left - rows;
  if (handled <= 0) return { ...contacts, considered: left + rows };
  const reasons = new Map(contacts.leftOut.map(({ name, count }) => [name, count]));
  return { ...contacts, leftOut: tally(reasons.set('handled_before', handled)) };
}

/** The slot's day counts as a whole, so that a run of it comes to the same list at any hour. */
function endOfSlot(slot: string): number {
  return Date.parse(`${slot.slice(0, 10)}T00:00:00Z`) + 86_400_000;
}

function noRecipients(job: EmailJob, leftOut: readonly { name: string; count: number }[]): NightjarError {
  const reasons = leftOut.map(({ name, count }) => `${count} ${name}`).join(', ');
  const { from } = job.recipients;
  const people = from === 'contacts' ? 'contacts' : `members of ${from.job}/${from.name}`;
  const more =
    from === 'contacts'
      ? 'import contacts: nightjar import --contacts contacts.csv'
      : `look at it: nightjar audience show ${from.job}/${from.name}`;
  return new NightjarError(
    'E_RUN_NO_RECIPIENTS',
    `no recipient is left${reasons === '' ? `: there are no ${people}` : `; left out: ${reasons}`}`,
    {
      where: placeOf(job, ['recipients']),
      fix: reasons === '' ? more : `see why: nightjar plan ${job.name}`,
    },
  );
}
