/** Opens the sets that expressions name, each sorted by user id. */
import { listShards } from '../../database/runs/shards';
import { NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import type { Leaf } from '../../job/combine/expression';
import { readObject } from '../../storage/objects';
import { parseS3Uri } from '../../storage/uri';
import { writeSpecSchema } from '../buying/locate-output';
import type { StageContext } from '../stage';
import { ensureMemberFile } from './audience-members';
import { ensureSetFile } from './set-file';

/** Opens a set of a run: its member file. */
export async function openLeaf(
  context: StageContext,
  job: AudienceJob,
  leaf: Leaf,
): Promise<AsyncIterable<Uint8Array>> {
  const { s3 } = context.engines;
  const open = (uri: string) => readObject(s3, parseS3Uri(uri));
  switch (leaf.kind) {
    case 'query':
      return open(await queryFile(context, job, leaf.name));
    case 'list':
      return open(listFile(context, leaf.name));
    default:
      return open(await ensureSetFile(context, job, leaf));
  }
}

function listFile({ bundle, run }: StageContext, name: string): string {
  const list = bundle.lists?.[name];
  if (list === undefined) throw new NightjarError('E_BUG', `the bundle of ${run.runId} has no list "${name}"`);
  return list.uri;
}

/** The member file of a query, which the stage collect has made, or which is made now. */
async function queryFile(context: StageContext, job: AudienceJob, name: string): Promise<string> {
  const { engines, run } = context;
  const query = job.segment.queries.find((one) => one.name === name);
  const shards = [
    ...(await listShards(engines.db, run.runId, 'collect')),
    ...(await listShards(engines.db, run.runId, 'write')),
  ];
  const specs = shards.flatMap((shard) => writeSpecSchema.safeParse(shard.spec).data ?? []);
  const spec = specs.find((one) => one.query === name);
  if (query === undefined || spec === undefined) {
    throw new NightjarError('E_BUG', `${run.runId} has no answer to the query "${name}"`);
  }
  return (await ensureMemberFile({ context, job, query, spec })).uri;
}
