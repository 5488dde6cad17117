/** The stage prepare: chooses the recipients or the queries, stores the plan, writes the input and the intent to buy. */

import { batchJobsOf } from '../database/batch-jobs';
import { countDeliveries, planDeliveries, streamPlannedUsers } from '../database/deliveries';
import { popularItems } from '../database/interactions';
import { withLock } from '../database/lock';
import { findRun, moveRun, savePlan } from '../database/runs';
import { NightjarError } from '../errors';
import type { AudienceJob, EmailJob } from '../job/definition';
import { attributesInputLine, itemInputLine, userInputLine } from '../personalize/input-lines';
import { type ChoiceCounts, chooseRecipients, tally } from './choose-recipients';
import { writeInput } from './input';
import { intendPurchase } from './intend';
import type { PlanRecord } from './plan-record';
import { resolveSolution } from './resolve-solution';
import { checkQueries } from './segment-queries';
import { DONE, type Stage, type StageContext } from './stage';

/** How far back an item's use counts for the popular list. */
const POPULAR_DAYS = 30;
const POPULAR_ITEMS = 200;

/** Prepares a run; done again after a crash it comes to the same rows, the same input and the same intent. */
export const prepare: Stage = async (context) => {
  const { engines, run } = context;
  await withLock(engines.db, `prepare ${run.runId}`, async () => {
    const state = (await findRun(engines.db, run.runId))?.state;
    if (state !== 'planned' && state !== 'preparing') return;
    await moveRun(engines.db, run.runId, { from: 'planned', to: 'preparing', now: engines.now() });
    // An intent is the decision: whatever was imported or trained since, a second one beside it would be bought too.
    const isDecided = (await batchJobsOf(engines.db, run.runId)).some((job) => job.state !== 'failed');
    if (!isDecided) await decide(context);
    await moveRun(engines.db, run.runId, { from: 'preparing', to: 'waiting', now: engines.now() });
  });
  return DONE;
};

function decide(context: StageContext): Promise<void> {
  const { job } = context.bundle;
  return job.kind === 'email' ? prepareEmail(context, job) : prepareAudience(context, job);
}

async function prepareEmail(context: StageContext, job: EmailJob): Promise<void> {
  const { engines, run } = context;
  const solution = await resolveSolution(engines, { solution: job.recommend.solution, kind: 'email', file: job.file });
  const rule = { where: job.recipients.where, topic: job.name };
  const choice = await chooseRecipients(engines.db, rule, (rows) =>
    planDeliveries(engines.db, run, { rows, now: engines.now() }),
  );
  const counts = await countDeliveries(engines.db, run.runId);
  const contacts = addHandledBefore(
    choice,
    Object.values(counts).reduce((sum, count) => sum + count, 0),
  );
  if (counts.planned === 0) throw noRecipients(job, contacts.leftOut);
  const popular = await listPopular(engines, endOfSlot(run.slot));
  const plan: PlanRecord = {
    version: 1,
    ...solution,
    contacts: { ...contacts, leftOut: [...contacts.leftOut] },
    popular,
  };
  await savePlan(engines.db, run.runId, plan);
  const input = await writeInput(engines, userLines(streamPlannedUsers(engines.db, run)));
  const wish = {
    runId: run.runId,
    job: job.name,
    slot: run.slot,
    kind: 'inference' as const,
    numResults: job.recommend.results,
    input,
  };
  await intendPurchase(engines, { ...wish, ...solution });
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
  const solution = await resolveSolution(engines, { solution: job.segment.solution, kind: 'audience', file: job.file });
  checkQueries(job, solution.recipe);
  const plan: PlanRecord = { version: 1, ...solution, contacts: null, popular: [] };
  await savePlan(engines.db, run.runId, plan);
  const lines = job.segment.queries.map((query) =>
    query.by === 'item' ? itemInputLine(query.itemId) : attributesInputLine(query.query),
  );
  const input = await writeInput(engines, lines);
  const wish = {
    runId: run.runId,
    job: job.name,
    slot: run.slot,
    kind: 'segment' as const,
    numResults: job.segment.users,
    input,
  };
  await intendPurchase(engines, { ...wish, ...solution });
}

async function* userLines(users: AsyncIterable<string>): AsyncGenerator<string> {
  for await (const user of users) yield userInputLine(user);
}

async function listPopular(engines: StageContext['engines'], now: number): Promise<string[]> {
  const recent = await popularItems(engines.db, { since: now - POPULAR_DAYS * 86_400_000, limit: POPULAR_ITEMS });
  return [...(recent.length > 0 ? recent : await popularItems(engines.db, { since: 0, limit: POPULAR_ITEMS }))];
}

/** The slot's day counts as a whole, so that a run of it comes to the same list at any hour. */
function endOfSlot(slot: string): number {
  return Date.parse(`${slot.slice(0, 10)}T00:00:00Z`) + 86_400_000;
}

function noRecipients(job: EmailJob, leftOut: readonly { name: string; count: number }[]): NightjarError {
  const reasons = leftOut.map(({ name, count }) => `${count} ${name}`).join(', ');
  return new NightjarError(
    'E_RUN_NO_RECIPIENTS',
    `no recipient is left${reasons === '' ? ': there are no contacts' : `; left out: ${reasons}`}`,
    {
      where: { file: job.file },
      fix:
        reasons === ''
          ? 'import contacts: nightjar import --contacts contacts.csv'
          : `see why: nightjar plan ${job.name}`,
    },
  );
}
