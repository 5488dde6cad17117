/** The stage write: one audience becomes member files, the files of each format and manifests, all on S3. */
import { withLock } from '../../database/connecting/lock';
import { findShard, finishShard, listShards } from '../../database/runs/shards';
import type { AudienceJob } from '../../job/audience-job';
import { describeQuery as sayQuery } from '../../job/choose-items';
import { listLeaves } from '../../job/combine/expression';
import type { AudienceSummary, FormatSummary } from '../../report/summary';
import { writeSpecSchema } from '../buying/locate-output';
import { tally } from '../recipients/choose-recipients';
import { DONE, type Stage, type StageContext } from '../stage';
import { audiencesOf, isMade } from './audiences-of';
import type { AudienceCase, ChoiceCounts } from './choose-members';
import { type GatheredPart, gatherRows, type PartPlan } from './gather-rows';
import { audienceSpecSchema } from './measure-audience';
import { openPart, planPart } from './open-part';
import { keepTaken } from './taken-rows';
import { describeWithdrawn, writeWithdrawn } from './withdraw-audience';
import { writePart } from './write-part';

/**
 * Writes one audience; done again it writes the same bytes to the same keys.
 * Runs of one job take turns: each compares with what the one before has delivered.
 */
export const write: Stage = async (context) => {
  const { engines, run, bundle, shard } = context;
  const row = await findShard(engines.db, run.runId, { stage: 'write', shard });
  const { job } = bundle;
  if (job.kind !== 'audience' || row === undefined || row.done) return DONE;
  const { audience } = audienceSpecSchema.parse(row.spec);
  const given = { context, job, audience };
  await withAudience(given, 'write', async () => {
    const result = await writeAudience(given);
    await finishShard(engines.db, run.runId, { stage: 'write', shard, result, now: engines.now() });
  });
  return DONE;
};

/** Runs of one job take turns with an audience. Nothing is done where another worker has done the shard meanwhile. */
export function withAudience(
  { context, job, audience }: AudienceCase,
  stage: 'write' | 'deliver',
  action: () => Promise<void>,
): Promise<void> {
  const { engines, run, shard } = context;
  return withLock(engines.db, `audience ${job.name} ${audience}`, async () => {
    if ((await findShard(engines.db, run.runId, { stage, shard }))?.done === false) await action();
  });
}

/** Writes an audience and answers what the report says of it. The lock of the audience is the caller's. */
export async function writeAudience(given: AudienceCase): Promise<AudienceSummary> {
  await writeWithdrawn(given);
  return isMade(given.job, given.audience) ? writeMade(given) : describeWithdrawn(given.audience);
}

async function writeMade(given: AudienceCase): Promise<AudienceSummary> {
  const { engines, run } = given.context;
  const { query, error } = await describeQuery(given);
  const gathered = await gatherRows(given, planParts(given));
  try {
    for (const part of gathered.parts) {
      await keepTaken(engines, { runId: run.runId, audience: given.audience, part: part.part });
      await writePart(await openPart(given, part.part), part, query);
    }
    return {
      name: given.audience,
      query,
      ...countsOf(gathered.counts),
      formats: summariseFormats(gathered.parts),
      ...(error === undefined ? {} : { error }),
    };
  } finally {
    await gathered.release();
  }
}

function countsOf({ segmentUsers, members, leftOut }: ChoiceCounts) {
  return { segmentUsers, members, leftOut: tally(leftOut) };
}

/** Plans a part for each name of the split, and one of no name where there is none. */
function planParts(given: AudienceCase): readonly PartPlan[] {
  const parts = given.job.audience.split?.map(({ name }) => name) ?? [''];
  return parts.map((part) => planPart(given, part));
}

/** Says what the audience is made of, and which of its queries have no answer. */
async function describeQuery({ context, job, audience }: AudienceCase) {
  const named = audiencesOf(job).find(({ name }) => name === audience);
  const leaves = named === undefined ? [] : listLeaves(named.expression);
  const queries = new Set(leaves.flatMap((leaf) => (leaf.kind === 'query' ? [leaf.name] : [])));
  const errors = (await listErrors(context)).filter(({ query }) => queries.has(query));
  const error = queries.size === 1 ? errors[0]?.error : errors.map((one) => `${one.query}: ${one.error}`).join('; ');
  return { query: textOf(job, audience) ?? named?.text ?? audience, error: error === '' ? undefined : error };
}

/** The query itself where the audience is one query. */
function textOf(job: AudienceJob, audience: string): string | undefined {
  if (job.audience.combine !== 'each') return undefined;
  const query = job.segment.queries.find(({ name }) => name === audience);
  return query === undefined ? undefined : sayQuery(query);
}

async function listErrors({ engines, run }: StageContext) {
  const shards = await listShards(engines.db, run.runId, 'collect');
  return shards.flatMap(({ spec }) => {
    const { query, error } = writeSpecSchema.parse(spec);
    return error === null ? [] : [{ query, error }];
  });
}

/** Adds the parts up: what a report says of a format is about the audience. */
function summariseFormats(parts: readonly GatheredPart[]): readonly FormatSummary[] {
  const names = [...new Set(parts.flatMap(({ rows }) => rows.map(({ format }) => format.name)))];
  return names.map((name) => {
    const all = parts.flatMap(({ rows }) => rows.filter(({ format }) => format.name === name));
    const values = tally(addCounts(all.map((rows) => rows.values)));
    return {
      name,
      considered: all.reduce((sum, { considered }) => sum + considered, 0),
      people: all.reduce((sum, { people }) => sum + people, 0),
      leftOut: tally(addCounts(all.map(({ leftOut }) => leftOut))),
      ...(values.length === 0 ? {} : { values }),
    };
  });
}

function addCounts(counts: readonly ReadonlyMap<string, number>[]): Map<string, number> {
  const sum = new Map<string, number>();
  for (const one of counts) for (const [name, count] of one) sum.set(name, (sum.get(name) ?? 0) + count);
  return sum;
}
