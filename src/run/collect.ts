/** The stage collect: reads a shard of the inference output and stores each recipient's slate on the ledger, in bulk. */
import { batchJobsOf } from '../database/buying/batch-jobs';
import { applyFallback, excludeWithoutSlate, type Slate, saveSlates } from '../database/ledger/deliveries';
import { OWN_ITEMS, saveSectionSlates } from '../database/ledger/section-slates';
import { dropSeedSlates, giveSeedSlates, saveSeedSlates } from '../database/ledger/seeds';
import { moveRun } from '../database/runs/runs';
import { findShard, finishShard, listShards } from '../database/runs/shards';
import type { ParsedJob } from '../job/definition';
import type { EmailJob } from '../job/email-job';
import { spareOf } from '../job/slate';
import { readInferenceRecords } from '../personalize/inference-records';
import { readObject } from '../storage/objects';
import { parseS3Uri } from '../storage/uri';
import { collectQuery } from './audiences/collect-query';
import { closeQueries } from './audiences/measure-audience';
import { collectSpecSchema } from './buying/locate-output';
import { partsOf } from './buying/sources';
import { PAUSED, pauseOnTrip, stopAtTrips } from './guards/check';
import { checkSlates } from './guards/output';
import { loadCatalogue } from './mails/catalogue-cache';
import { fallbackFor } from './mails/fallback';
import { addError, addFinding, emptyOutput, type OutputResult } from './output-result';
import { readPlan } from './plan-record';
import { PROVED, prove } from './proof/prove';
import { DONE, type Stage, type StageContext } from './stage';

/** Collects one shard; done again it stores the same slates. Of an audience run it makes the member file of one query. */
export const collect: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  if (bundle.job.kind === 'audience') return collectQuery(context, bundle.job);
  const row = await findShard(engines.db, run.runId, { stage: 'collect', shard });
  if (row === undefined || row.done) return DONE;
  const result = await collectShard(context, row.spec);
  await finishShard(engines.db, run.runId, { stage: 'collect', shard, result, now: engines.now() });
  return DONE;
};

async function collectShard({ engines, run, bundle }: StageContext, rawSpec: unknown): Promise<OutputResult> {
  const spec = collectSpecSchema.parse(rawSpec);
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const takers = takersOf(bundle.job, spec.parts ?? [OWN_ITEMS]);
  const result = { ...emptyOutput(), objects: spec.start === 0 ? 1 : 0 };
  const chunks = readObject(engines.s3, parseS3Uri(spec.uri), Math.max(0, spec.start - 1));
  const range = { object: spec.uri, start: spec.start, end: spec.end };
  for await (const batch of readInferenceRecords(chunks, range, { items: Number.POSITIVE_INFINITY })) {
    const lines: AnsweredLine[] = [];
    for (const finding of batch.findings) addFinding(result, finding);
    for (const record of batch.records) {
      result.lines += 1;
      if (record.error !== null) addError(result, record.error);
      const known = record.items.filter((item) => catalogue.has(item));
      result.unknownItems += record.items.length - known.length;
      const { userId, itemId } = record.input;
      const of = takers.isRelated ? itemId : userId;
      if (of === undefined) result.unknownUsers += 1;
      else if (known.length > 0) lines.push({ of, itemIds: [...new Set(known)], theme: record.theme });
    }
    const saved = await saveLines({ engines, run }, takers, lastPerInput(lines));
    result.unknownUsers += takers.isRelated ? 0 : lines.length - saved;
  }
  return result;
}

/** Which parts of the e-mail an output is for. */
interface Takers {
  /** Its lines are of items, not of users. */
  readonly isRelated: boolean;
  /** Of each, how many items are kept. */
  readonly parts: readonly { readonly name: string; readonly kept: number }[];
}

function takersOf(job: ParsedJob, names: readonly string[]): Takers {
  if (job.kind !== 'email') return { isRelated: false, parts: [] };
  const parts = partsOf(job).filter(({ name }) => names.includes(name));
  return {
    isRelated: parts.some(({ recommend }) => recommend.from?.by === 'related'),
    parts: parts.map(({ name }) => ({ name, kept: spareIn(job, name) })),
  };
}

/** Items are shown once in an e-mail, so a section needs as many more as the parts before it may take from it. */
function spareIn({ content }: EmailJob, name: string): number {
  if (name === OWN_ITEMS) return spareOf(content.show);
  const { sections = [] } = content;
  const at = sections.findIndex((section) => section.name === name);
  const before = sections.slice(0, at).reduce((sum, { show }) => sum + show.items, content.show.items);
  const show = sections[at]?.show;
  return show === undefined ? 0 : before + spareOf({ ...content.show, ...show });
}

/** One line of the output that has items; `of` is a user, or the thing that the items go with. */
interface AnsweredLine {
  readonly of: string;
  readonly itemIds: readonly string[];
  readonly theme: string | undefined;
}

/** @returns how many users of the lines are recipients of the run */
async function saveLines(
  { engines, run }: Pick<StageContext, 'engines' | 'run'>,
  { isRelated, parts }: Takers,
  lines: readonly AnsweredLine[],
): Promise<number> {
  let saved = 0;
  for (const { name: section, kept } of parts) {
    const cut = lines.map(({ of, itemIds, theme }) => ({ of, itemIds: itemIds.slice(0, kept), theme }));
    if (isRelated) {
      const slates = cut.map(({ of, theme, ...line }) => ({ ...line, seed: of, theme: theme && trimTheme(theme) }));
      await saveSeedSlates(engines.db, run.runId, { section, slates });
      continue;
    }
    const slates: Slate[] = cut.map(({ of, itemIds }) => ({ userId: of, itemIds }));
    saved =
      section === OWN_ITEMS
        ? await saveSlates(engines.db, run.runId, slates)
        : await saveSectionSlates(engines.db, run.runId, { section, slates });
  }
  return saved;
}

/** A theme is a heading, and Personalize ends it like a sentence. */
function trimTheme(theme: string): string {
  return theme.trim().replace(/\.$/, '');
}

/**
 * A user may stand on two lines; the later one counts, as a second run over the same shard would have it.
 * In one order, so that shards of several outputs that are stored at once do not wait for one another in a circle.
 */
function lastPerInput(lines: readonly AnsweredLine[]): readonly AnsweredLine[] {
  return [...new Map(lines.map((line) => [line.of, line])).values()].sort((a, b) => (a.of < b.of ? -1 : 1));
}

/**
 * Closes the collecting: rows without a slate get the fallback or are excluded, then the sending begins if no guard trips and
 * the job's proof was passed.
 */
export const closeCollecting: Stage = async (context) => {
  const { engines, run, bundle } = context;
  const { job } = bundle;
  if (job.kind === 'audience') return closeQueries(context, job);
  const shards = await listShards(engines.db, run.runId, 'collect');
  if (shards.some((row) => !row.done)) return DONE;
  const catalogue = await loadCatalogue(engines.db, run.catalogueVersion);
  const related = partsOf(job).filter(({ recommend }) => recommend.from?.by === 'related');
  for (const { name } of related) await giveSeedSlates(engines.db, run, name);
  const { show } = job.content;
  const fallback = fallbackFor(show, readPlan(run.plan), undefined)
    .filter((item) => catalogue.has(item))
    .slice(0, spareOf(show));
  if (fallback.length > 0) await applyFallback(engines.db, run, fallback);
  const isRelated = job.recommend.from?.by === 'related';
  await excludeWithoutSlate(engines.db, run, engines.now(), { isRelated });
  const checked = await pauseOnTrip({ engines, run }, 'collecting', async () => {
    const bought = (await batchJobsOf(engines.db, run.runId)).reduce((sum, { lines }) => sum + lines, 0);
    await stopAtTrips({ engines, run }, await checkSlates(engines, job, { runId: run.runId, bought }));
  });
  if (checked === PAUSED) return DONE;
  const proved = await prove(context, job);
  if (proved !== PROVED) return proved;
  if (related.length > 0) await dropSeedSlates(engines.db, run.runId);
  await moveRun(engines.db, run.runId, { from: 'collecting', to: 'sending', now: engines.now() });
  return DONE;
};
