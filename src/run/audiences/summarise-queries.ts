/** Says of the queries of an audience run what no audience says: what those brought that are combined, and what is lacking. */
import { z } from 'zod';
import { listShards } from '../../database/runs/shards';
import type { AudienceJob } from '../../job/audience-job';
import { describeQuery } from '../../job/choose-items';
import type { QuerySummary, RunSummary } from '../../report/summary';
import { writeSpecSchema } from '../buying/locate-output';
import type { Engines } from '../engines';

const resultSchema = z.object({ segmentUsers: z.number() });

/** Reads what the collected queries have brought; left out where there is nothing to say. */
export async function summariseQueries(
  { db }: Pick<Engines, 'db'>,
  { runId }: { readonly runId: string },
  job: AudienceJob,
): Promise<Pick<RunSummary, 'queries'>> {
  const shards = (await listShards(db, runId, 'collect')).filter(({ done }) => done);
  const queries = shards.flatMap(({ spec, result }): QuerySummary[] => {
    const { query: name, error, note } = writeSpecSchema.parse(spec);
    const query = job.segment.queries.find((one) => one.name === name);
    const users = resultSchema.parse(result).segmentUsers;
    const lacks = error ?? note ?? (users === 0 ? 'Personalize has found nobody' : undefined);
    // A query that is an audience is told with it, and so is why it has no answer.
    const isTold = job.audience.combine === 'each' && (lacks === undefined || error !== null);
    if (query === undefined || isTold) return [];
    return [{ name, query: describeQuery(query), users, ...(lacks === undefined ? {} : { error: lacks }) }];
  });
  return queries.length === 0 ? {} : { queries };
}
