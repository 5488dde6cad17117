/** The stage prepare: chooses the recipients or the queries, stores the plan, writes the input and the intent to buy. */

import { type BatchJobOfRun, batchJobsOf } from '../database/buying/batch-jobs';
import { withLock } from '../database/connecting/lock';
import { countDeliveries } from '../database/ledger/deliveries';
import { OWN_ITEMS } from '../database/ledger/section-slates';
import { countSlotRecipients } from '../database/runs/earlier-slots';
import { findRun, moveRun, savePlan } from '../database/runs/runs';
import { NightjarError } from '../errors';
import type { AudienceJob } from '../job/audience-job';
import type { EmailJob } from '../job/email-job';
import { headObject } from '../storage/objects';
import { parseS3Uri } from '../storage/uri';
import { keepLists } from './audiences/keep-lists';
import { loadAskedItems } from './buying/asked-items';
import { checkSegment } from './buying/check-segment';
import { checkAttributes, createValueReader } from './buying/filter-values';
import { writeInputs } from './buying/input';
import { intendPurchases, type PurchaseWish } from './buying/intend';
import { countParts, nextAttempt } from './buying/next-attempt';
import { findFilter } from './buying/resolve-filter';
import { type ResolvedSolution, resolveSolution } from './buying/resolve-solution';
import { queryLines } from './buying/segment-queries';
import { assignSeeds, sourceLines, wantsSeeds } from './buying/source-lines';
import { keepSources, plannedSources, resolveSources, type Source } from './buying/sources';
import { guardPurchases } from './guards/before-buying';
import { PAUSED, pauseOnTrip } from './guards/check';
import { checkPopularBy, planFallback } from './mails/fallback';
import { type PlanRecord, type RecipientAudience, readPlan } from './plan-record';
import { refusalOf } from './recipients/allowed-addresses';
import { type ChoiceCounts, tally } from './recipients/choose-recipients';
import { planRecipients } from './recipients/limit-recipients';
import { findRecipientAudience, openCandidates, writeAudienceRef } from './recipients/recipient-audience';
import { DONE, type Stage, type StageContext } from './stage';

/** Prepares a run; done again after a crash it comes to the same rows, the same input and the same intent. */
export const prepare: Stage = async (context) => {
  const { engines, run } = context;
  await withLock(engines.db, `prepare ${run.runId}`, async () => {
    const state = (await findRun(engines.db, run.runId))?.state;
    if (state !== 'planned' && state !== 'preparing') return;
    await moveRun(engines.db, run.runId, { from: 'planned', to: 'preparing', now: engines.now() });
    // An intent is the decision: whatever was imported or trained since, a second one beside it would be bought too.
    const jobs = await batchJobsOf(engines.db, run.runId);
    const decided = await pauseOnTrip(context, 'preparing', () =>
      jobs.every((job) => job.state === 'failed') ? decide(context) : tryFailedAgain(context, jobs),
    );
    if (decided === PAUSED) return;
    await moveRun(engines.db, run.runId, { from: 'preparing', to: 'waiting', now: engines.now() });
  });
  return DONE;
};

/** A person had the run go on: parts that failed are tried again beside those that were bought. */
async function tryFailedAgain(context: StageContext, jobs: readonly BatchJobOfRun[]): Promise<void> {
  const failed = jobs.filter((job) => job.state === 'failed');
  const inputs = failed.map((job) => headObject(context.engines.s3, parseS3Uri(job.inputUri)));
  // The input may be what was wrong: where it is gone, all parts are written again, and those that are there stay.
  if ((await Promise.all(inputs)).includes(undefined)) await rewriteInputs(context);
  for (const job of failed) await nextAttempt(context, job, countParts(jobs, job));
}

async function rewriteInputs({ engines, run, bundle }: StageContext): Promise<void> {
  const { job } = bundle;
  const plan = readPlan((await findRun(engines.db, run.runId))?.plan);
  if (job.kind === 'audience') {
    const items = await loadAskedItems(engines.db, job, run.catalogueVersion);
    await writeInputs(engines, queryLines(job, plan.filter, items), plan);
    return;
  }
  const sources = await plannedSources(engines, job, { plan, catalogueVersion: run.catalogueVersion });
  for (const source of sources) await writeSource({ engines, run }, source);
}

function writeSource({ engines, run }: Pick<StageContext, 'engines' | 'run'>, source: Source) {
  const hasThemes = source.recommend.themes !== undefined;
  return writeInputs(engines, sourceLines(engines.db, run, source), { recipe: source.recipe, hasThemes });
}

function decide(context: StageContext): Promise<void> {
  const { job } = context.bundle;
  return job.kind === 'email' ? prepareEmail(context, job) : prepareAudience(context, job);
}

async function prepareEmail(context: StageContext, job: EmailJob): Promise<void> {
  const { engines, run } = context;
  const { file, recommend } = job;
  const sources = await resolveSources(engines, job, run.catalogueVersion);
  await checkAttributes(engines.db, recommend.filter, () => ({ file }));
  await checkPopularBy(engines, job.content.show, () => ({ file }));
  const readValues = createValueReader(recommend.filter, sources[0].filter?.compared ?? []);
  const refuse = refusalOf(engines, { job, onlyTo: run.onlyTo });
  const decided = keepSources(sources, job);
  const audience = await decideAudience(context, { job, decided });
  const candidates = openCandidates(engines, audience, job.name);
  const rule = { where: job.recipients.where, topic: job.name, slot: run.slot, readValues, refuse, candidates };
  const choice = await planRecipients(engines, run, rule);
  const counts = await countDeliveries(engines.db, run.runId);
  const contacts = addHandledBefore(
    choice,
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  );
  if (counts.planned === 0) throw noRecipients(job, contacts.leftOut);
  const fallback = await planFallback(engines, job.content.show, endOfSlot(run.slot));
  const plan: PlanRecord = {
    version: 1,
    ...decided,
    contacts: { ...contacts, leftOut: [...contacts.leftOut] },
    ...(audience === undefined ? {} : { audience }),
    ...fallback,
  };
  await savePlan(engines.db, run.runId, plan);
  if (wantsSeeds(job)) await assignSeeds(engines, run);
  const wishes: PurchaseWish[] = [];
  for (const source of sources) wishes.push(await wishFor(context, source));
  const recipients = await countSlotRecipients(engines.db, run);
  await intendPurchases(context, wishes, (cost) => guardPurchases(context, { plan: { ...plan, recipients }, cost }));
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
    inputs: await writeSource({ engines, run }, source),
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
  const audience = await findRecipientAudience(engines, { job, slot: run.slot, whereIs: () => ({ file: job.file }) });
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

async function prepareAudience(context: StageContext, job: AudienceJob): Promise<void> {
  const { engines, run } = context;
  const { file, segment } = job;
  const solution = await resolveSolution(engines, { solution: segment.solution, kind: 'audience', file });
  await checkSegment(engines, { job, solution, catalogueVersion: run.catalogueVersion });
  const filter = await findFilter(engines, { wish: segment.filter, solution, section: 'segment', file });
  await keepLists(context);
  const plan: PlanRecord = { version: 1, ...bought(solution, filter), contacts: null, popular: [] };
  await savePlan(engines.db, run.runId, plan);
  const items = await loadAskedItems(engines.db, job, run.catalogueVersion);
  const inputs = await writeInputs(engines, queryLines(job, filter, items), solution);
  const wish = {
    runId: run.runId,
    job: job.name,
    slot: run.slot,
    kind: 'segment' as const,
    filterArn: filter?.arn ?? null,
    numResults: segment.users,
    inputs,
  };
  await intendPurchases(context, [{ ...wish, ...solution }], (cost) => guardPurchases(context, { plan, cost }));
}

type PlannedFilter = PlanRecord['filter'];

/** What the plan keeps of a solution and a filter. */
function bought(
  { solutionVersionArn, recipe }: ResolvedSolution,
  filter: PlannedFilter,
): Pick<PlanRecord, 'solutionVersionArn' | 'recipe' | 'filter'> {
  return { solutionVersionArn, recipe, ...(filter === undefined ? {} : { filter }) };
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
      where: { file: job.file },
      fix: reasons === '' ? more : `see why: nightjar plan ${job.name}`,
    },
  );
}
