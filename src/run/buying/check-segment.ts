/** Checks the queries of an audience job before they are bought: their grammar, and the data that they ask about. */
import type { PersonalizeClient } from '@aws-sdk/client-personalize';
import type { Database } from '../../database/connecting/connection';
import { combineErrors, NightjarError } from '../../errors';
import type { AudienceJob } from '../../job/audience-job';
import { placeOf } from '../../job/place';
import { loadCatalogue } from '../mails/catalogue-cache';
import { readItemColumns } from './item-columns';
import { findQueryFindings, type QueryFinding } from './query-findings';
import type { ResolvedSolution } from './resolve-solution';
import { askedQueries, checkQueries, placeOfQuery } from './segment-queries';

interface SegmentCase {
  readonly job: AudienceJob;
  readonly solution: ResolvedSolution;
  /** Of the run, or the newest. */
  readonly catalogueVersion: number;
}

/**
 * Checks all queries.
 *
 * @returns query name → what a person should know of it, where there is something
 * @throws E_RECO_QUERY, all problems at once: columns that the dataset has not, values and attributes that are likely
 * misspelt, or a job whose queries fit no item at all
 */
export async function checkSegment(
  { db, personalize }: { readonly db: Database; readonly personalize: PersonalizeClient },
  { job, solution, catalogueVersion }: SegmentCase,
): Promise<ReadonlyMap<string, string>> {
  checkQueries(job, solution.recipe);
  const items = await loadCatalogue(db, catalogueVersion);
  const asksAttributes = job.segment.queries.some(({ by }) => by === 'attributes');
  const columns = asksAttributes ? await readItemColumns(personalize, solution.datasetGroupArn) : undefined;
  const found = job.segment.queries.map((query) => ({
    name: query.name,
    findings: findQueryFindings(query, { columns, items }),
  }));
  const wrong = combineErrors(
    found.flatMap(({ name, findings }) => findings.flatMap((one) => toError(job, name, one))),
  );
  if (wrong !== undefined) throw wrong;
  const notes = new Map(
    found.flatMap(({ name, findings }) =>
      findings.length === 0 ? [] : [[name, findings.map(({ message }) => message).join('; ')] as const],
    ),
  );
  if (askedQueries(job, items).every(({ asks }) => asks.length === 0)) throw nothingToAsk(job, notes);
  return notes;
}

function toError(job: AudienceJob, name: string, finding: QueryFinding): readonly NightjarError[] {
  if (finding.kind === 'note') return [];
  const { message, fix, word, path } = finding;
  const place = placeOfQuery(job, name, { word, path });
  return [new NightjarError('E_RECO_QUERY', `${fieldOf(job)}.${name}: ${message}`, { where: place, fix })];
}

function fieldOf({ segment }: AudienceJob): string {
  return segment.queries.some(({ by }) => by === 'attributes') ? 'segment.queries' : 'segment.items';
}

function nothingToAsk(job: AudienceJob, notes: ReadonlyMap<string, string>): NightjarError {
  const reasons = [...notes].map(([name, note]) => `${name}: ${note}`).join('; ');
  return new NightjarError('E_RECO_QUERY', `no query of the job fits an item; ${reasons}`, {
    where: placeOf(job, ['segment', 'items']),
    fix: 'import the items with created_at, or choose others below "items:"',
  });
}
