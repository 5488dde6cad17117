/** Checks the queries of an audience job before they are bought, and writes their input lines. */
import { combineErrors, NightjarError } from '../../errors';
import type { AudienceJob, SegmentQuery } from '../../job/definition';
import { parseAttributeQuery } from '../../personalize/attribute-query';
import { attributesInputLine, itemInputLine } from '../../personalize/input-lines';
import { readConstantValues } from './filter-values';

/**
 * Gives the queries as they are asked: of equal ones all have the text of the first, so that one line answers them all.
 * Equal are queries of the same conditions, in whatever order and with whatever blanks.
 */
export function askedQueries(job: AudienceJob): readonly SegmentQuery[] {
  const texts = new Map<string, string>();
  return job.segment.queries.map((query) => {
    if (query.by === 'item') return query;
    const key = meaningOf(query.query);
    const text = texts.get(key) ?? query.query;
    texts.set(key, text);
    return { ...query, query: text };
  });
}

const TOKENS = /"(?:\\.|[^"\\])*"|=|[^\s"=]+/g;

function meaningOf(query: string): string {
  const conditions = [''];
  for (const token of query.match(TOKENS) ?? []) {
    if (token === 'AND') conditions.push('');
    else conditions.push(`${conditions.pop() ?? ''}${token.replace(/^items\./i, 'ITEMS.')}`);
  }
  return conditions.sort().join(' AND ');
}

/** Writes the input lines of an audience job's queries, in their order; equal ones are asked, and bought, once. */
export function queryLines(
  job: AudienceJob,
  filter: { readonly compared: readonly string[] } | undefined,
): readonly string[] {
  const values = readConstantValues(job.segment.filter, filter?.compared ?? []);
  const lines = askedQueries(job).map((query) =>
    query.by === 'item' ? itemInputLine(query.itemId, values) : attributesInputLine(query.query, values),
  );
  return [...new Set(lines)];
}

/**
 * Checks that the queries are of the recipe's form and in its grammar; how many there are is no limit, for inputs are split.
 * @throws E_RECO_QUERY, all problems at once
 */
export function checkQueries(job: AudienceJob, recipe?: string): void {
  const problems = job.segment.queries.flatMap((query) => {
    if (query.by === 'item') return [];
    const parsed = parseAttributeQuery(query.query);
    if (parsed.ok) return [];
    const message = `segment.queries.${query.name} is ${JSON.stringify(query.query)}; at character ${parsed.column} ${parsed.message}`;
    return [
      new NightjarError('E_RECO_QUERY', message, {
        where: { file: job.file },
        fix: `write ${query.name}: ITEMS.CATEGORY = "tea"`,
      }),
    ];
  });
  const wrong = combineErrors(problems);
  if (wrong !== undefined) throw wrong;
  if (recipe !== undefined) checkRecipe(job, recipe);
}

function checkRecipe(job: AudienceJob, recipe: string): void {
  const byItem = recipe === 'aws-item-affinity';
  const misfit = job.segment.queries.find((query) => (query.by === 'item') !== byItem);
  if (misfit !== undefined) {
    const wanted = byItem ? 'segment.items, a list of item ids' : 'segment.queries, a map of attribute queries';
    throw new NightjarError(
      'E_RECO_QUERY',
      `solution "${job.segment.solution}" is of the recipe ${recipe}, which needs ${wanted}`,
      {
        where: { file: job.file },
        fix: byItem ? 'write items: [item-001, item-002]' : 'write queries: { tea: ITEMS.CATEGORY = "tea" }',
      },
    );
  }
}
